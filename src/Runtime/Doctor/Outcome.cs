using Minirun.Linux;

namespace Minirun.Runtime.Doctor;

/// <summary>What came of a <see cref="Trial"/>: nothing to say, or the call that failed.</summary>
internal readonly record struct Outcome(string? Call, int Error, int Step = 0)
{
    public static Outcome Fine => default;

    public bool IsOk => Call is null;

    /// <summary>The child could not even be made: what was to be tried in it remains unknown.</summary>
    public bool NoNamespaces { get; init; }

    public override string ToString() => IsOk ? "works" : $"{Call}: {Errno.Describe(Error)}";
}
