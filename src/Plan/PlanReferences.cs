namespace Minirun.Plan;

// What an operation's arguments point to. All offsets are from the start of the plan; 0 is none.

/// <summary>A string that a zero ends, or several of them that an empty one ends.</summary>
public struct PlanText
{
    public int Offset;

    public readonly bool IsNone => Offset == 0;
}

/// <summary>Bytes, at a multiple of eight.</summary>
public struct PlanBytes
{
    public int Offset;
    public int Length;
}

/// <summary>Offsets of strings, eight bytes each, that a zero ends: fork-news makes pointers of them, as argv and envp are.</summary>
public struct PlanArray
{
    public int Offset;
}
