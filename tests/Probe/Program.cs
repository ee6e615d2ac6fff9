using Minirun.Linux;

namespace Minirun.Probe;

/// <summary>Runs inside a container and says what it finds there: one verb, one fact. Static, so that it runs in an empty tree.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        string[] rest = arguments.Length > 0 ? arguments[1..] : [];
        try
        {
            int status = Verb(arguments.Length > 0 ? arguments[0] : "", rest);
            Out.Flush();
            return status;
        }
        catch (Exception error)
            when (error is LinuxException or IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            Out.Flush();
            Out.Error($"probe: {string.Join(' ', arguments)}: {error.Message}");
            return 1;
        }
    }

    private static int Verb(string verb, string[] rest) => verb switch
    {
        "id" => Facts.Status("Uid", "Gid", "Groups"),
        "caps" => Facts.Status("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"),
        "umask" => Facts.Status("Umask"),
        "affinity" => Facts.Status("Cpus_allowed_list"),
        "mounts" => Facts.File("/proc/self/mountinfo"),
        "limits" => Facts.File("/proc/self/limits"),
        "env" => Facts.Environment(),
        "arguments" => Facts.Arguments(rest),
        "ns" => Facts.Namespaces(),
        "cwd" => Facts.WorkingDirectory(),
        "nice" => Facts.Nice(),
        "hostname" => Facts.Names(),
        "fds" => Descriptors.List(0),
        "listen" => Descriptors.Listen(),
        "tty" => Terminals.Describe(),
        "tiocsti" => Terminals.PushInput(),
        "signals" => rest.Length == 0 ? Facts.Status("SigBlk", "SigIgn", "SigCgt") : Signals.Await(rest),
        "kill" => Signals.KillSelf(int.Parse(rest[0])),
        "exit" => int.Parse(rest[0]),
        "memory" => Facts.Memory(),
        "hog" => Processes.Hog(int.Parse(rest[0])),
        "spawn" => Processes.SpawnOrphan(),
        "spawn-middle" => Processes.SpawnSleeper(),
        "sleep" => Processes.SleepForever(),
        "outlive" => Processes.Outlive(),
        "end-main-thread" => Processes.EndMainThread(),
        "reap" => Processes.Reap(rest),
        "syscall" => Facts.SystemCall(rest),
        "write" => Facts.Write(rest[0], rest.Length > 1 ? rest[1] : "written by probe\n"),
        "read" => Facts.File(rest[0]),
        "deepen" => Facts.Deepen(rest[0], int.Parse(rest[1])),
        "depth" => Facts.Depth(rest[0]),
        "notify" => Notify.Send(rest),
        "lease" => Leases.Make(rest[0]),
        "linger" => Lingering.Send(),
        "fuse" => Fuse.Hang(rest[0]),
        "change-mounts" => Mounts.Change(),
        "hold" => Leases.Hold(rest),
        "can-hold" => Leases.Count(rest),
        _ => Unknown(verb),
    };

    private static int Unknown(string verb)
    {
        Out.Error($"probe: no verb '{verb}'; see tests/Probe/Program.cs");
        return 2;
    }
}
