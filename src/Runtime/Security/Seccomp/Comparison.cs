using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security.Seccomp;

internal enum ComparisonKind
{
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    MaskedEqual,
}

/// <summary>A test of one argument of a system call. <see cref="Mask"/> counts for <see cref="ComparisonKind.MaskedEqual"/> only.</summary>
internal readonly record struct Comparison(int Argument, ComparisonKind Kind, ulong Value, ulong Mask)
{
    /// <summary>From the document: of a masked comparison, <c>value</c> is the mask and <c>valueTwo</c> the value.</summary>
    /// <exception cref="UserError">There is no such argument, or no such operator.</exception>
    public static Comparison Read(OciSeccompArg? arg, string path)
    {
        if (arg is null) throw new UserError($"{path}: null is not a comparison", "take it out");
        if (arg.Index > 5) throw new UserError($"{path}.index: {arg.Index}: a system call has arguments 0 to 5", "count from 0");
        ComparisonKind kind = arg.Op switch
        {
            "SCMP_CMP_NE" => ComparisonKind.NotEqual,
            "SCMP_CMP_LT" => ComparisonKind.Less,
            "SCMP_CMP_LE" => ComparisonKind.LessOrEqual,
            "SCMP_CMP_EQ" => ComparisonKind.Equal,
            "SCMP_CMP_GE" => ComparisonKind.GreaterOrEqual,
            "SCMP_CMP_GT" => ComparisonKind.Greater,
            "SCMP_CMP_MASKED_EQ" => ComparisonKind.MaskedEqual,
            _ => throw new UserError($"{path}.op: unknown operator '{arg.Op}'", "it is one of SCMP_CMP_NE, LT, LE, EQ, GE, GT, MASKED_EQ"),
        };
        // Bits outside the mask are not compared, whatever they are in the document.
        return kind == ComparisonKind.MaskedEqual
            ? new Comparison((int)arg.Index, kind, arg.ValueTwo & arg.Value, arg.Value)
            : new Comparison((int)arg.Index, kind, arg.Value, 0);
    }

    /// <summary>The same for an architecture whose arguments have 32 bits.</summary>
    public Comparison Narrow() => this with { Value = (uint)Value, Mask = (uint)Mask };

    public bool Holds(ulong argument) => Kind switch
    {
        ComparisonKind.NotEqual => argument != Value,
        ComparisonKind.Less => argument < Value,
        ComparisonKind.LessOrEqual => argument <= Value,
        ComparisonKind.Equal => argument == Value,
        ComparisonKind.GreaterOrEqual => argument >= Value,
        ComparisonKind.Greater => argument > Value,
        _ => (argument & Mask) == Value,
    };
}
