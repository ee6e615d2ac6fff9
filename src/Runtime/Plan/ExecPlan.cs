using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The last operations of a process: it waits for its start, and becomes the command, or the command's init.</summary>
internal static class ExecPlan
{
    /// <summary>Where a container that was created waits for its start; one that is run at once stops minding its parent here.</summary>
    public static void AddStart(ContainerPlan plan)
    {
        ContainerSpec spec = plan.Spec;
        OciProcess wanted = spec.Oci.Process;
        if (!spec.Waits)
        {
            plan.Add(new ParentDeathOp { Name = "outlive", Signal = 0, Why = "from here on the container no longer depends on minirun" });
            return;
        }
        plan.Add(new FindProgramOp
        {
            Name = "find",
            Command = [.. wanted.Args],
            Candidates = Candidates(wanted),
            Environment = [.. wanted.Env],
            Root = spec.Oci.Root.Path,
            Directory = wanted.Cwd,
            ProcDirectory = spec.JoinedDirectory,
            Why = "a command that is not there is an error of create, not of start",
        });
        plan.Add(new AwaitStartOp
        {
            Name = "await-start",
            Socket = spec.StartSocket,
            StateFile = spec.InitLock,
            Why = "created: the command is executed when `start` says so",
        });
    }

    /// <param name="plan">What is added to.</param>
    /// <param name="guard">No pid namespace ends all others with its first process: fork-news stays behind, and does it.</param>
    public static void Add(ContainerPlan plan, bool guard)
    {
        ContainerSpec spec = plan.Spec;
        OciProcess wanted = spec.Oci.Process;
        if (spec.Init || guard) plan.Add(new ReaperOp
        {
            Name = "init",
            IsGuard = guard,
            EndsWithParent = spec.DieWithParent,
            HasTerminal = wanted.Terminal,
            EndsCommand = guard || !spec.Has(sched.CLONE_NEWPID),
            Why = guard ? "no pid namespace that would end everything with its first process: fork-news stays and does it"
                : "--init: fork-news stays as PID 1, passes signals on and reaps orphans; the command is its child",
            IfLeftOut =
                guard ? "processes that the command leaves behind keep running" : "the command itself is PID 1 and has to reap orphans",
        });
        string candidates = Candidates(wanted);
        plan.Add(new ExecOp
        {
            Name = "exec",
            Command = [.. wanted.Args],
            CommandBytes = spec.CommandBytes,
            Candidates = candidates,
            IsInRootAlone = IsInRootAlone(spec, candidates),
            Environment = [.. wanted.Env],
            PidAt = spec.SetsListenPid ? (wanted.Env.IndexOf(ContainerEnvironment.ListenPid), "LISTEN_PID=".Length) : null,
            Root = spec.Oci.Root.Path,
            Directory = wanted.Cwd,
            ProcDirectory = spec.JoinedDirectory,
            Why = "the command, by PATH of its own environment, takes the place of fork-news",
        });
    }

    /// <summary>No mount can bring the program, as far as names tell, and no hook.</summary>
    private static bool IsInRootAlone(ContainerSpec spec, string candidates)
    {
        if (spec.JoinedProcess >= 0 || spec.Oci.Hooks is not null) return false;
        for (int start = 0; start < candidates.Length; start = candidates.IndexOf('\0', start) + 1)
            if (candidates[start] != '/')
            {
                if (spec.Oci.Process.Cwd != "/") return false;
                candidates = candidates.Insert(start, "/");
            }
        foreach (OciMount mount in spec.Oci.Mounts)
        {
            int end = mount.Destination.Length > 1 ? mount.Destination.IndexOf('/', 1) : -1;
            ReadOnlySpan<char> top = end < 0 ? mount.Destination : mount.Destination.AsSpan(0, end);
            if (candidates.AsSpan().IndexOf(top, StringComparison.Ordinal) >= 0) return false;
        }
        return true;
    }

    /// <summary>The paths to try, as execvp(3) would, closed by zeros.</summary>
    private static string Candidates(OciProcess wanted)
    {
        string command = wanted.Args[0];
        const string empty = "exec: \"\": executable file not found in $PATH: the command is empty";
        if (command.Length == 0) throw new UserError(empty, "give the name of a program", UserError.NotFound);
        if (command.Contains('/')) return command + "\0";
        string path = wanted.Env.Find(entry => entry.StartsWith("PATH=", StringComparison.Ordinal)) ?? SpecBuilder.DefaultPath;
        string candidates = "";
        foreach (string directory in path["PATH=".Length..].Split(':'))
            candidates += string.Concat(directory.Length == 0 ? "." : directory, "/", command, "\0");
        return candidates;
    }
}
