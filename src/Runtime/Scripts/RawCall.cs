namespace Minirun.Runtime.Scripts;

/// <summary>
/// One system call of the cloned child, complete before the clone. An argument at or above <see cref="Register"/> names a result.
/// </summary>
internal unsafe struct RawCall
{
    /// <summary>Argument <c>Register + i</c> stands for the i-th kept result.</summary>
    public const long Register = long.MinValue;
    public const int Registers = 4;

    public long Number;
    public fixed long Arguments[5];

    /// <summary>The operation it belongs to, for the report.</summary>
    public int Op;

    /// <summary>Where its result is kept; -1 for nowhere.</summary>
    public int Keep;

    /// <summary>A failure changes nothing: the register keeps what it had.</summary>
    public bool MayFail;

    /// <summary>Its result must not be 0: a read that ends is a parent that died.</summary>
    public bool NeedsData;

    /// <summary>It makes another process, which goes on with the script; this one ends.</summary>
    public bool Forks;

    /// <summary>After a failure the process ends at once: nobody can look at it usefully.</summary>
    public bool EndsAtOnce;

    /// <summary>First and last of its operation: where a step waits, and where it is reported.</summary>
    public bool First;
    public bool Last;
}
