namespace Minirun.Plan;

// What is set of the process, and the names, clocks and kernel parameters that its namespaces get.

/// <summary>
/// An operation with one number: the signal of <see cref="OpCode.ParentDeath"/> (0: none any more), the CLONE_NEW flags of
/// <see cref="OpCode.Unshare"/>, the MS_ flags of <see cref="OpCode.Propagation"/>, and the value of <see cref="OpCode.Nice"/>,
/// <see cref="OpCode.IoPriority"/>, <see cref="OpCode.Personality"/>, <see cref="OpCode.Umask"/>.
/// </summary>
public struct NumberArguments
{
    public long Value;
}

/// <summary>
/// An operation with one text: <see cref="OpCode.Hostname"/>, <see cref="OpCode.Domainname"/>, the path of <see cref="OpCode.Notify"/>.
/// </summary>
public struct TextArguments
{
    public PlanText Text;
}

/// <summary>An operation with one structure of the kernel's: <see cref="OpCode.Affinity"/>, <see cref="OpCode.Scheduler"/>.</summary>
public struct BytesArguments
{
    public PlanBytes Bytes;
}

/// <summary><see cref="OpCode.MemoryPolicy"/>.</summary>
public struct MemoryPolicyArguments
{
    public int Mode;

    /// <summary>The mask of nodes, and how many bits set_mempolicy(2) is told that it has.</summary>
    public PlanBytes Nodes;
    public int Bits;
}

/// <summary><see cref="OpCode.Rlimit"/>.</summary>
public struct RlimitArguments
{
    /// <summary>RLIMIT_.</summary>
    public int Resource;
    public ulong Soft;
    public ulong Hard;
}

/// <summary>
/// <see cref="OpCode.WriteFile"/>, and <see cref="OpCode.WriteProc"/> below the procfs that <see cref="OpCode.OpenProc"/> opened.
/// </summary>
public struct WriteArguments
{
    public PlanText Path;
    public PlanBytes Content;
}

/// <summary><see cref="OpCode.OpenProc"/>.</summary>
public struct OpenProcArguments
{
    /// <summary>A procfs that the launcher has opened; 0: a new one.</summary>
    public int Fd;
}

/// <summary><see cref="OpCode.Label"/>.</summary>
public struct LabelArguments
{
    /// <summary>The file below the procfs, and where it is on older kernels, if elsewhere.</summary>
    public PlanText File;
    public PlanText OlderFile;
    public PlanBytes Content;
}

/// <summary><see cref="OpCode.TimeNamespace"/>.</summary>
public struct TimeNamespaceArguments
{
    /// <summary>Lines of time_namespaces(7); none: they stay, or are set by others.</summary>
    public PlanBytes Offsets;

    /// <summary>The namespace is there already, and only has to be entered.</summary>
    public bool IsMade;
}

/// <summary><see cref="OpCode.Hook"/>.</summary>
public struct HookArguments
{
    public PlanText Program;
    public PlanArray Arguments;
    public PlanArray Environment;

    /// <summary>The container's state, its stdin.</summary>
    public PlanBytes State;

    /// <summary>Where in the state our pid goes.</summary>
    public int PidAt;

    /// <summary>Until it is killed; 0: never.</summary>
    public int Seconds;

    /// <summary>It is a program of the container's, and gets the command's filters.</summary>
    public bool IsOfContainer;
}
