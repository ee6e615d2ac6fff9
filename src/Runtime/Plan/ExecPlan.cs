using Minirun.Linux;
using Minirun.Plan;
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
            plan.Add(new() { Name = "outlive", Code = OpCode.ParentDeath, A = 0, Why = "from here on the container lives on its own" });
            return;
        }
        plan.Add(new()
        {
            Name = "find",
            Code = OpCode.FindProgram,
            S1 = Candidates(wanted),
            Path = wanted.Args[0],
            Why = "a command that is not there is an error of create, not of start"
        });
        plan.Add(new()
        {
            Name = "await-start",
            Code = OpCode.AwaitStart,
            A = spec.StartSocket,
            B = spec.InitLock,
            Why = "created: the command is executed when `start` says so"
        });
    }

    /// <param name="guard">No pid namespace ends all others with its first process: fork-news stays behind, and does it.</param>
    public static void Add(ContainerPlan plan, bool guard)
    {
        ContainerSpec spec = plan.Spec;
        OciProcess wanted = spec.Oci.Process;
        if (spec.Init || guard) plan.Add(new()
        {
            Name = "init",
            Code = OpCode.Reaper,
            A = guard ? 1 : 0,
            B = spec.DieWithParent ? 1 : 0,
            C = wanted.Terminal ? 1 : 0,
            D = guard || !spec.Has(sched.CLONE_NEWPID) ? 1 : 0,
            Why = guard
                ? "no pid namespace that would end everything with its first process: fork-news stays and does it"
                : "--init: fork-news stays as PID 1, passes signals on and reaps orphans; the command is its child",
            IfLeftOut = guard ? "processes that the command leaves behind live on" : "the command itself is PID 1 and has to reap orphans",
        });
        string candidates = Candidates(wanted);
        plan.Add(new()
        {
            Name = "exec",
            Code = OpCode.Exec,
            A = IsInRootAlone(spec, candidates) ? 1 : 0,
            S1 = candidates,
            S2 = new CommandLine([.. wanted.Args], spec.CommandBytes),
            S3 = wanted.Env.ToArray(),
            S4 = spec.SetsListenPid ? new EnvironmentSlot(wanted.Env.IndexOf(ContainerEnvironment.ListenPid), "LISTEN_PID=".Length) : null,
            Path = wanted.Args[0],
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
