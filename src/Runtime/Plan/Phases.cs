using Minirun.Plan;

namespace Minirun.Runtime.Plan;

/// <summary>
/// Which phase an operation belongs to, in one table by what is done; a new kind of operation has to be put in here (tests/Runtime.Tests
/// looks).
/// </summary>
public static class Phases
{
    /// <summary>Name, and in a sentence what the phase is for.</summary>
    public static (string Name, string Meaning) Describe(Phase phase) => phase switch
    {
        Phase.Limits => ("limits", "a cgroup holds the limits of the whole container"),
        Phase.Namespaces => ("namespaces", "a child with its own view of users, processes, mounts and names"),
        Phase.Program => ("program", "the child becomes fork-news, which works from inside"),
        Phase.Root => ("root", "mounts are cut off from the host's, the root is made ready"),
        Phase.Mounts => ("mounts", "/proc, /sys, devices and volumes are put into the root"),
        Phase.Hiding => ("hiding", "what shows or steers the whole machine is hidden or read-only"),
        Phase.Terminal => ("terminal", "the container gets a terminal of its own"),
        Phase.Entering => ("entering", "the root becomes /, the host's files are out of reach"),
        Phase.Naming => ("naming", "host name, network and clocks of the new namespaces are set"),
        Phase.Process => ("process", "limits, priorities and other properties of the process are set"),
        Phase.Rights => ("rights", "user, capabilities, system calls are cut to what is needed"),
        Phase.Command => ("command", "the command takes the place of fork-news"),
        _ => throw new InvalidOperationException($"no phase {phase}"),
    };

    public static Phase Of(LaunchStep step) => step switch
    {
        LaunchStep.Cgroup => Phase.Limits,
        LaunchStep.LockDevices or LaunchStep.Clone or LaunchStep.Join or LaunchStep.CloneAgain or LaunchStep.IdMaps => Phase.Namespaces,
        LaunchStep.SealProgram or LaunchStep.EnterRootfs or LaunchStep.BecomeRoot or LaunchStep.KeepCapabilities or LaunchStep.OpenSource
            or LaunchStep.MapSource or LaunchStep.Streams or LaunchStep.ForkNews => Phase.Program,
        _ => Phase.None,
    };

    public static Phase Of(OpCode code) => code switch
    {
        OpCode.ParentDeath or OpCode.Dumpable or OpCode.Unshare or OpCode.OpenChildren => Phase.Program,
        OpCode.Propagation or OpCode.BindRoot or OpCode.OverlayRoot or OpCode.OpenRoot => Phase.Root,
        OpCode.MountFs or OpCode.MountOverlay or OpCode.Bind or OpCode.CgroupBind or OpCode.Remount or OpCode.MountAttributes
            or OpCode.OpenDev
            or OpCode.Device or OpCode.Symlink or OpCode.NullStdio or OpCode.Copy => Phase.Mounts,
        OpCode.Mask => Phase.Hiding,
        OpCode.Console => Phase.Terminal,
        OpCode.EnsureDirectory or OpCode.AskParent or OpCode.Hook or OpCode.PivotRoot or OpCode.MoveRoot or OpCode.Chroot
            or OpCode.CheckRoot or OpCode.SettleRoot
            or OpCode.RootAttributes => Phase.Entering,
        OpCode.Hostname or OpCode.Domainname or OpCode.Notify or OpCode.Loopback or OpCode.TimeNamespace => Phase.Naming,
        OpCode.WriteFile or OpCode.OpenProc or OpCode.WriteProc or OpCode.Rlimit or OpCode.Nice or OpCode.Affinity or OpCode.Scheduler
            or OpCode.IoPriority or OpCode.MemoryPolicy or OpCode.Personality or OpCode.Umask or OpCode.Session or OpCode.Keyring =>
                Phase.Process,
        OpCode.StdioOwner or OpCode.Bounding or OpCode.Identity or OpCode.Capabilities or OpCode.NoNewPrivileges or OpCode.Seccomp
            or OpCode.Label
            or OpCode.CloseFds or OpCode.WorkingDirectory or OpCode.Signals => Phase.Rights,
        OpCode.Reaper or OpCode.FindProgram or OpCode.AwaitStart or OpCode.Exec => Phase.Command,
        _ => Phase.None,
    };
}
