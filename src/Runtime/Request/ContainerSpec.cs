using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>An OCI document, and what <c>minirun run</c> knows beyond it. The pair is what a plan is made from.</summary>
public sealed class ContainerSpec
{
    public OciSpec Oci { get; init; } = new();

    /// <summary>The command as bytes, when its words are not all UTF-8: an OCI document, being JSON, cannot say them.</summary>
    public byte[][]? CommandBytes { get; set; }

    /// <summary>CLONE_NEW* flags of the namespaces.</summary>
    public ulong Namespaces { get; init; }

    /// <summary>What differs by whose document it is.</summary>
    public Policy Policy { get; init; } = Policy.Run;

    /// <summary>
    /// Device nodes in the root file system open nothing (nodev): whoever made it may have put in any, and without a cgroup of devices
    /// nothing else holds them.
    /// </summary>
    public bool RootHasNoDevices { get; init; }

    /// <summary>The bundle's directory, which relative paths of its document start from.</summary>
    public string? Bundle { get; init; }

    /// <summary>CLONE_NEW* flags of the namespaces that fork-news makes itself, once it is in its cgroup: cgroup and time.</summary>
    public ulong Unshared { get; init; }

    /// <summary>Namespaces that exist and are entered before the others are made.</summary>
    public IReadOnlyList<JoinedNamespace> Joined { get; init; } = [];

    /// <summary>exec: the pidfd of a process whose namespaces <see cref="JoinedFlags"/> are entered; -1: none.</summary>
    public int JoinedProcess { get; init; } = -1;

    /// <summary>
    /// exec: the root directory of the container's first process, where that is in our own mount namespace, and so only its root differs;
    /// 0: it is not.
    /// </summary>
    public int JoinedRoot { get; init; }

    /// <summary>exec: the /proc of outside, for what is written there about the new process; 0: none.</summary>
    public int HostProc { get; init; }

    /// <summary>Which of its namespaces.</summary>
    public ulong JoinedFlags { get; init; }

    /// <summary>exec: the directory in /proc of that process.</summary>
    public string? JoinedDirectory { get; init; }

    /// <summary>The container is in a cgroup of its own. `minirun run` makes one for limits alone.</summary>
    public bool WantsCgroup { get; init; }

    /// <summary>It does not run without a cgroup of its own in every hierarchy, as it may mount: <see cref="CgroupNeed"/>.</summary>
    public bool NeedsOwnCgroup { get; init; }

    /// <summary>
    /// The container's own directories by controller of cgroup version 1, that of version 2 with the empty name; none: it has no cgroup of
    /// its own. Null while they are not made yet: it will have one in every hierarchy.
    /// </summary>
    public IReadOnlyDictionary<string, string>? OwnCgroups { get; set; }

    /// <summary>The command runs on its caller's processors: a user's, who may have asked for them with taskset(1).</summary>
    public bool KeepsProcessors { get; init; }

    /// <summary>A gid_map may be written only after setgroups(2) was given up.</summary>
    public bool DeniesSetgroups { get; init; }

    /// <summary>chroot in the place of pivot_root.</summary>
    public bool NoPivot { get; init; }

    /// <summary>The caller's session keyring is kept.</summary>
    public bool NoNewKeyring { get; init; }

    /// <summary>The command is executed when <c>start</c> comes through this listening socket; -1: at once.</summary>
    public int StartSocket { get; set; } = -1;

    /// <summary>
    /// Held until execve closes it: its lock says that the command does not run yet. When the file is removed, nobody can start the
    /// container any more. 0: none.
    /// </summary>
    public int InitLock { get; set; }

    public bool Waits => StartSocket >= 0;

    /// <summary>
    /// What the command writes to its terminal comes to us as it is, and our own terminal makes CR LF of a newline: a pipe in its place
    /// gets plain lines.
    /// </summary>
    public bool PlainNewlines { get; set; }

    /// <summary>Where sd_notify(3) messages go; null: nobody listens.</summary>
    public string? NotifySocket { get; set; }

    /// <summary>There are hooks that the parent runs when the namespaces are there and the root is not yet entered.</summary>
    public bool AsksForHooks { get; init; }

    /// <summary>Ranges from /etc/subuid: the id maps are written by these tools.</summary>
    public Namespaces.SubordinateIds? MapWith { get; init; }

    /// <summary>How the user namespace's id map was chosen, for --explain.</summary>
    public string MapReason { get; init; } = "";

    /// <summary>Bounding, permitted and effective capabilities of the command.</summary>
    public ulong Capabilities { get; set; }

    /// <summary>Which system calls the command may make; null: all.</summary>
    public Security.Seccomp.SeccompFilter? Seccomp { get; set; }

    /// <summary>All writes go to a throwaway overlay.</summary>
    public bool Ephemeral { get; init; }
    public bool Init { get; init; }
    public bool DieWithParent { get; init; } = true;

    /// <summary>Descriptors from 3 on that the command gets.</summary>
    public int PreserveFds { get; init; }

    /// <summary>The command gets LISTEN_FDS and must find its own pid in LISTEN_PID.</summary>
    public bool SetsListenPid { get; init; }

    /// <summary>Which of stdin, stdout, stderr the command has pipes of ours for, a bit each: <see cref="StandardStream"/>.</summary>
    public int Relayed { get; init; }

    /// <summary>What an engine passes in for a container that outlives the command which makes it is the container's.</summary>
    public bool OwnsPipes { get; init; }

    /// <summary>Files of the host that the container gets copies of, where the root file system takes them.</summary>
    public List<string> CopiedFiles { get; init; } = [];

    /// <summary>Mounts the user asked for, by destination; the others are ours.</summary>
    public List<string> UserMounts { get; set; } = [];

    /// <summary>The container's state, for the hooks that run inside; its status and pid are theirs to fill in.</summary>
    public OciState? State { get; set; }

    /// <summary>What a document asks for and cannot be had, and need not: for the log.</summary>
    public List<string>? Warnings { get; private set; }

    public void Warn(string text) => (Warnings ??= []).Add(text);

    /// <summary>What the user should know before it runs.</summary>
    public string? Warning { get; init; }
    public IReadOnlyList<string> Require { get; init; } = [];

    /// <summary>A new procfs may be the caller's, where there is no new one to be had.</summary>
    public bool ProcFallsBack { get; init; }

    /// <summary>In a user namespace overlayfs keeps its marks in user.* attributes; trusted.* needs real root.</summary>
    public bool OverlaysAsUser => Has(sched.CLONE_NEWUSER);

    /// <summary>Whether the container has a new namespace of the kind.</summary>
    public bool Has(ulong flag) => ((Namespaces | Unshared) & flag) != 0;

    /// <summary>
    /// A bundle has something to mount, and it is mounted in the mount namespace of its caller (<see cref="Mounts.HostRoot"/>).
    /// </summary>
    public bool MountsOnHost =>
        Policy.MountsInCallersNamespace && JoinedProcess < 0 && (Oci.Mounts.Count > 0 || Oci.Root.Readonly)
        && !Has(sched.CLONE_NEWNS) && !Joins(sched.CLONE_NEWNS);

    /// <summary>Whether namespaces that exist are entered.</summary>
    public bool JoinsAny => Joined.Count > 0 || JoinedProcess >= 0;

    /// <summary>Whether it is in an existing namespace of the kind.</summary>
    public bool Joins(ulong flag)
    {
        if ((JoinedFlags & flag) != 0) return true;
        foreach (JoinedNamespace each in Joined)
            if (each.Flag == flag) return true;
        return false;
    }
}
