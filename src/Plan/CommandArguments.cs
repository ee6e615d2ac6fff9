namespace Minirun.Plan;

// Rights, and the command.

/// <summary><see cref="OpCode.Bounding"/>.</summary>
public struct BoundingArguments
{
    /// <summary>The set that stays.</summary>
    public ulong Kept;
}

/// <summary><see cref="OpCode.Capabilities"/>.</summary>
public struct CapabilitiesArguments
{
    public ulong Effective;
    public ulong Permitted;
    public ulong Inheritable;
    public ulong Ambient;
}

/// <summary><see cref="OpCode.Identity"/>.</summary>
public struct IdentityArguments
{
    public uint Uid;
    public uint Gid;

    /// <summary>Four bytes each, and how many; <see cref="KeepGroups"/>: the caller's stay (setgroups is denied).</summary>
    public PlanBytes Groups;
    public int GroupCount;

    /// <summary>The signal that <see cref="OpCode.ParentDeath"/> asked for, which a change of user takes away; 0: none.</summary>
    public int DeathSignal;

    public const int KeepGroups = -1;
}

/// <summary><see cref="OpCode.StdioOwner"/>.</summary>
public struct StdioOwnerArguments
{
    public uint Uid;

    /// <summary>A bit for each of stdin, stdout and stderr that minirun made.</summary>
    public int Ours;

    /// <summary>Pipes without a name are the container's, whoever made them.</summary>
    public bool TakesPipes;
}

/// <summary><see cref="OpCode.Seccomp"/>.</summary>
public struct SeccompArguments
{
    /// <summary>Instructions of BPF, and how many.</summary>
    public PlanBytes Program;
    public int Count;

    /// <summary>SECCOMP_FILTER_FLAG_.</summary>
    public long Flags;
}

/// <summary><see cref="OpCode.CloseFds"/>.</summary>
public struct CloseFdsArguments
{
    /// <summary>All from here on are closed but the report socket, and these two, which close themselves on execve; 0: none.</summary>
    public int First;
    public int StartSocket;
    public int InitLock;
}

/// <summary><see cref="OpCode.WorkingDirectory"/>.</summary>
public struct WorkingDirectoryArguments
{
    public PlanText Path;

    /// <summary>Before the user is changed: what that one's rights do not allow may be left for later.</summary>
    public bool IsEarly;
}

/// <summary><see cref="OpCode.AwaitStart"/>.</summary>
public struct AwaitStartArguments
{
    /// <summary>A listening socket through which <c>start</c> comes, and which takes the place of the report socket.</summary>
    public int Socket;

    /// <summary>A file of the container's state: when it is removed nobody can start us any more.</summary>
    public int StateFile;
}

/// <summary><see cref="OpCode.Reaper"/>.</summary>
public struct ReaperArguments
{
    /// <summary>No pid namespace of ours ends all others with its first process: we collect and kill them.</summary>
    public bool IsGuard;

    /// <summary>It ends when minirun ends.</summary>
    public bool EndsWithParent;

    /// <summary>stdin is the container's terminal, whose foreground the command takes.</summary>
    public bool HasTerminal;

    /// <summary>The command is to end when we do: no pid namespace sees to that.</summary>
    public bool EndsCommand;
}

/// <summary><see cref="OpCode.Exec"/>; <see cref="OpCode.FindProgram"/> has the candidates alone.</summary>
public struct ExecArguments
{
    /// <summary>Paths to try, in the order of PATH.</summary>
    public PlanText Candidates;
    public PlanArray Arguments;
    public PlanArray Environment;

    /// <summary>Where in the environment LISTEN_PID's number goes (sd_listen_fds(3)).</summary>
    public PlanText PidAt;

    /// <summary>No mount can bring the program: it has to be in the root before anything is made there.</summary>
    public bool IsInRootAlone;
}
