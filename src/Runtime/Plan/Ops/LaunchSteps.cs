using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>
/// The steps before fork-news runs. They are data like all the others: minirun itself carries them out, or writes them as system calls of
/// the child that it clones (src/Runtime/Launch).
/// </summary>
public abstract class LaunchOperation(LaunchStep step, Phase phase = Phase.Program) : Operation(OpCode.Launch, phase, step);

/// <summary>The container has a cgroup of its own.</summary>
public sealed class CgroupStep() : LaunchOperation(LaunchStep.Cgroup, Phase.Limits)
{
    /// <summary>Its limits; as text only where it is shown.</summary>
    public required OciResources? Limits { get; init; }

    public override string Call => $"mkdir(cgroup); write(limits, {LimitsText}); clone3(CLONE_INTO_CGROUP), or write(cgroup.procs, pid)";

    public override string Doing => "enter the container's cgroup";

    /// <summary>In one line.</summary>
    private string LimitsText => Limits is null ? "{}"
        : string.Concat(
            System.Text.Json.JsonSerializer.Serialize(Limits, OciJson.Default.OciResources).Split('\n').Select(line => line.Trim()));
}

/// <summary>Mounts are nodev before a user namespace locks that.</summary>
public sealed class LockDevicesStep() : LaunchOperation(LaunchStep.LockDevices, Phase.Namespaces)
{
    /// <summary>Where devices come from: these stay as they are.</summary>
    public required List<string> Sources { get; init; }

    public override string Call =>
        "unshare(CLONE_NEWNS); mount_setattr(\"/\", MOUNT_ATTR_NODEV, AT_RECURSIVE), all but " + Quote(Sources);
}

/// <summary>The child is made.</summary>
public class CloneStep(LaunchStep step = LaunchStep.Clone) : LaunchOperation(step, Phase.Namespaces)
{
    /// <summary>CLONE_NEW flags.</summary>
    public required ulong Namespaces { get; init; }

    public override string Call => $"clone({NamespaceText}CLONE_VM|CLONE_PIDFD|SIGCHLD)";

    protected string NamespaceText => Namespaces == 0 ? "" : NamespaceSet.Format(Namespaces) + "|";
}

/// <summary>A child of the first one, which is in the namespaces that only children get.</summary>
public sealed class CloneAgainStep() : CloneStep(LaunchStep.CloneAgain)
{
    public override string Call => $"clone({NamespaceText}CLONE_PARENT|SIGCHLD)";
}

/// <summary>The maps of a new user namespace are written.</summary>
public sealed class IdMapsStep() : LaunchOperation(LaunchStep.IdMaps, Phase.Namespaces)
{
    public required List<OciIdMapping> Uids { get; init; }

    public required List<OciIdMapping> Gids { get; init; }

    /// <summary>By newuidmap(1) and newgidmap(1); null: by minirun.</summary>
    public SubordinateIds? Tools { get; init; }

    /// <summary>setgroups(2) is given up before, or a gid_map may not be written.</summary>
    public bool DeniesSetgroups { get; init; }

    public override string Call
    {
        get
        {
            string uids = Quote(IdMap.Format(Uids)), gids = Quote(IdMap.Format(Gids));
            return Tools is not null ? $"newuidmap PID {uids}; newgidmap PID {gids}"
                : (DeniesSetgroups ? "write(/proc/PID/setgroups, \"deny\"); " : "")
                    + $"write(/proc/PID/uid_map, {uids}); write(/proc/PID/gid_map, {gids})";
        }
    }
}

/// <summary>Interfaces of the host's go into the container's network namespace.</summary>
public sealed class MoveDevicesStep() : LaunchOperation(LaunchStep.MoveDevices, Phase.Namespaces)
{
    /// <summary>By the host's names.</summary>
    public required Dictionary<string, OciNetDevice> Devices { get; init; }

    public override string Call => $"sendmsg(NETLINK_ROUTE, RTM_NEWLINK, IFLA_NET_NS_FD) for {Quote(Devices.Keys)}";
}

/// <summary>A namespace that exists is entered, or all of a process.</summary>
public sealed class JoinStep() : LaunchOperation(LaunchStep.Join, Phase.Namespaces)
{
    /// <summary>CLONE_NEW flags.</summary>
    public required ulong Namespaces { get; init; }

    /// <summary>The pidfd of a process, where there is no <see cref="Operation.Path"/>.</summary>
    public int Process { get; init; } = -1;

    public override string Call => $"setns({(Path is null ? "pidfd" : Quote(Path))}, {NamespaceSet.Format(Namespaces)})";

    public override string Doing => $"join {Path ?? "the namespaces of the container"}";
}

/// <summary>fork-news is executed from a read-only mount of the program.</summary>
public sealed class SealProgramStep() : LaunchOperation(LaunchStep.SealProgram)
{
    /// <summary>Its path.</summary>
    public required string Program { get; init; }

    public override string Call => "open_tree(minirun, OPEN_TREE_CLONE) = fd; mount_setattr(fd, MOUNT_ATTR_RDONLY)";
}

/// <summary>The root file system becomes ".".</summary>
public sealed class EnterRootfsStep() : LaunchOperation(LaunchStep.EnterRootfs)
{
    /// <summary>The directory that <see cref="Operation.Path"/> leads to, which the child gets; 0: the path is the host's.</summary>
    public int Descriptor { get; init; }

    public override string Call => $"chdir({Quote(Path!)})";

    public override string Doing => $"enter the root file system {Path}";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.ENOENT => "the directory vanished",
        Errno.EACCES => "you may not search a directory of the path: `namei -l PATH` shows which",
        _ => null,
    };
}

/// <summary>An id that exists inside is taken.</summary>
public sealed class BecomeRootStep() : LaunchOperation(LaunchStep.BecomeRoot)
{
    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    /// <summary>Which ids exist is known inside only: there may be none.</summary>
    public bool MayFail { get; init; }

    public override string Call => $"setresgid({Gid}, {Gid}, {Gid}); setresuid({Uid}, {Uid}, {Uid})";
}

/// <summary>Our rights go over the execve of fork-news, though there is no id 0.</summary>
public sealed class KeepCapabilitiesStep() : LaunchOperation(LaunchStep.KeepCapabilities)
{
    public override string Call => "capset(inheritable=all); prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, each)";
}

/// <summary>The source of a mount is opened by the child, or made by minirun.</summary>
public abstract class SourceStep(LaunchStep step) : LaunchOperation(step)
{
    public required MountSource Source { get; init; }
}

/// <summary>By the child, while it is still who may reach it.</summary>
public sealed class OpenSourceStep() : SourceStep(LaunchStep.OpenSource)
{
    public override string Call => $"open({Quote(Path!)}, O_PATH) = fd";

    public override string Doing => $"open {Path}, the source of a mount";
}

/// <summary>By minirun, which has rights that are needed for it.</summary>
public sealed class MakeSourceStep() : SourceStep(LaunchStep.MapSource)
{
    public override string Call => Source.MakingCall;
}

/// <summary>Pipes in the place of what the caller has as stdin, stdout and stderr.</summary>
public sealed class StreamsStep() : LaunchOperation(LaunchStep.Streams)
{
    /// <summary>A bit for each of the three.</summary>
    public required int Relayed { get; init; }

    /// <summary>What the child gets as 0, 1 and 2, once that is there; -1: the caller's as it is.</summary>
    public int[]? Descriptors { get; set; }

    public override string Call => $"dup3(pipe, {Streams(Relayed)})";
}

/// <summary>fork-news is executed.</summary>
public sealed class ForkNewsStep() : LaunchOperation(LaunchStep.ForkNews)
{
    /// <summary>
    /// It enters the namespaces by itself: what is executed in a user namespace that exists can be looked into by its root.
    /// </summary>
    public required bool EntersByItself { get; init; }

    /// <summary>The score that it then gives itself before; null: it stays.</summary>
    public int? OomScore { get; init; }

    /// <summary>Descriptors of ours that it gets by their numbers.</summary>
    public required int[] Descriptors { get; init; }

    public override string Call => "execveat(fd, \"\", [\"fork-news\", plan], [], AT_EMPTY_PATH)";
}
