namespace Minirun.Cli.Tests.Support;

/// <summary>What a test cannot do without.</summary>
[Flags]
public enum Need
{
    None = 0,

    /// <summary>Runs as root.</summary>
    Root = 1,

    /// <summary>Runs as an ordinary user.</summary>
    User = 2,

    /// <summary>User namespaces can be made.</summary>
    UserNamespaces = 4,

    /// <summary>newuidmap, and ranges of /etc/subuid and /etc/subgid for us.</summary>
    SubordinateIds = 8,

    /// <summary>More ids than one: root's, or subordinate ones.</summary>
    SubordinateIdsOrRoot = 128,

    /// <summary>runc or crun, as a second opinion.</summary>
    Runc = 16,
    Crun = 32,

    /// <summary>Root with CAP_SYS_RESOURCE on the machine itself, which build machines may lack.</summary>
    SystemResource = 256,

    /// <summary>strace, which kills at a certain call.</summary>
    Strace = 512,

    /// <summary>As root: pids and memory of cgroup version 1, to put a limit around who starts a container.</summary>
    OldCgroups = 1024,

    /// <summary>A second processor, to be kept off it.</summary>
    TwoProcessors = 64,

    /// <summary>tmux, as a terminal that people use.</summary>
    Tmux = 2048,

    /// <summary>/dev/fuse, which anybody may open.</summary>
    Fuse = 4096,

    /// <summary>minirun for arm64, and qemu to run it.</summary>
    Arm64 = 8192,
}
