using System.Runtime.InteropServices;

namespace Minirun.Plan;

/// <summary>One thing that fork-news does before there is a plan (<see cref="JoiningPlan"/>).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct JoiningStep
{
    public JoiningKind Kind;

    /// <summary>Its operation in the plan, for the report.</summary>
    public int Op;

    /// <summary>The namespace, or the process whose namespaces are meant; the number that an opened file gets.</summary>
    public int Fd;

    /// <summary>Offset of a path.</summary>
    public int Path;

    /// <summary>Of setns(2), clone(2) or openat(2).</summary>
    public ulong Flags;
}

public enum JoiningKind
{
    /// <summary>setns(2).</summary>
    Enter,

    /// <summary>A second process, which is in the namespaces that only children get; the first one ends.</summary>
    Clone,

    /// <summary>chdir(2).</summary>
    Directory,

    /// <summary>The source of a mount is opened.</summary>
    Open,
}
