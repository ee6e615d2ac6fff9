using System.Globalization;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Verbs.Container;

/// <summary>Verbs for the processes of a container.</summary>
internal static class ProcessVerbs
{
    public static MinirunVerb ExecVerb() =>
        new("CONTAINER COMMAND [ARG…]", "run another command in a container", [
            new("detach", 'd', null, "run it in the background"),
            new("interactive", 'i', null, "connect stdin"),
            new("tty", 't', null, "allocate a terminal (default in a terminal; =false for none)"),
            new("env", 'e', "NAME[=VALUE]", "set a variable, or pass on the caller's") { Repeats = true },
            new("env-file", '\0', "FILE", "read variables from a file, one NAME=VALUE per line") { Repeats = true },
            new("detach-keys", '\0', "KEYS", "keys that detach from its terminal (default ctrl-p,ctrl-q)"),
            new("user", 'u', "USER[:GROUP]", "names from the container, or numbers"),
            new("workdir", 'w', "DIR", "working directory"),
            new("privileged", '\0', null, "all capabilities"),
        ], Exec)
        { Minimum = 2, FlagsAfterWords = false };

    public static MinirunVerb AttachVerb() =>
        new("CONTAINER", "attach to a running container's stdin, stdout and stderr", [
            new("no-stdin", '\0', null, "do not connect stdin"),
            new("detach-keys", '\0', "KEYS", "keys that detach (default ctrl-p,ctrl-q)"),
            new("sig-proxy", '\0', null, "pass on signals but HUP to the container (default; =false: they only end attach)"),
        ], Attach)
        { Maximum = 1 };

    public static MinirunVerb TopVerb() =>
        new("CONTAINER [PS-OPTIONS]", "show the processes of a container", [], Top) { FlagsAfterWords = false };

    private static int Exec(VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        string status = LiveStatus.Read(container);
        if (status == ContainerState.Paused)
            throw new UserError($"container {words.Words[0]} is paused", $"minirun unpause {words.Words[0]} resumes it");
        if (status != ContainerState.Running)
            throw new UserError($"container {words.Words[0]} is not running", "`minirun ps -a` shows its state");
        var host = new Host();
        _ = new DetachKeys(words.Text("detach-keys"));
        bool detach = words.Has("detach"), both = host.IsTerminal(0) && host.IsTerminal(1);
        // In a terminal it gives a terminal, as `run` does.
        bool byItself = words.Text("tty") is null && both && !detach;
        bool tty = byItself || words.Has("tty"), interactive = byItself || words.Has("interactive");
        if (tty && !detach && words.Has("interactive")) InputDevice.Check(host);
        bool joins = tty && !detach && host.IsTerminal(0);
        if (!detach) host.CheckStreams(first: interactive || tty ? 0 : 1);
        int nothing = (int)LinuxException.Check(fcntl.open("/dev/null", fcntl.O_RDWR | fcntl.O_CLOEXEC), "open", "/dev/null");
        var request = new ExecRequest
        {
            Command = words.Words[1..],
            Bundle = container.Directory,
            Tty = tty,
            Size = host.TerminalSize,
            Detach = detach,
            Cwd = Workdir(words.Text("workdir")),
            // What -e says wins.
            Env = [
                .. words.All("env-file").SelectMany(EnvFile.Read).Concat(words.All("env")).Select(Variable).Where(each => each.Length > 0)],
            User = words.Text("user") is { } user ? FindUser(container, user, host) : null,
            Privileged = words.Has("privileged"),
            // With a terminal the runtime minds ours itself.
            Descriptors = detach ? [nothing, nothing, nothing] : [interactive || tty ? 0 : nothing, 1, 2],
        };
        return joins
            ? ExecSession.Run(container, request, words.Text("detach-keys"))
            : ExecutionDrivers.Of(container).Exec(container.Id, request);
    }

    private static string Variable(string text) => text is "" or ['=', ..] ? throw ContainerEnvironment.NoName(text)
        : text.Contains('=') ? text
        : stdlib.Variable(text) is { } value ? $"{text}={value}" : "";

    /// <summary>Null and the empty one: as the container's own process has it (docker).</summary>
    private static string? Workdir(string? path) => path switch
    {
        null or "" => null,
        ['/', ..] => path,
        _ => throw new UserError($"--workdir {path}: not an absolute path", $"write -w /{path}"),
    };

    private static bool Has(IReadOnlyList<IdMap> map, uint id) => map.Any(each => id >= each.Inside && id - each.Inside < each.Size);

    private static UserError Unmapped(string kind, uint id) => new(
        $"--user: {kind} {id.ToString(CultureInfo.InvariantCulture)} is not in the map of the container's user namespace",
        "take one that is (cat /proc/self/uid_map and gid_map in it), or create the container again with another --userns");

    /// <summary>
    /// Names are looked up in the container's own files. Groups that its user namespace has not, or does not let anybody take
    /// (setgroups(2)), are left out.
    /// </summary>
    private static OciUser FindUser(EngineContainer container, string user, Host host)
    {
        string rootfs = container.Config.Rootfs, process = $"/proc/{ContainerRepair.State(container).Pid}/";
        ContainerUser found = ContainerUser.Parse(user, [], host.ReadInside(rootfs, "/etc/passwd"), host.ReadInside(rootfs, "/etc/group"));
        IReadOnlyList<IdMap> users = IdMap.Parse(ProcFile.Read(process + "uid_map")), map = IdMap.Parse(ProcFile.Read(process + "gid_map"));
        if (!Has(users, found.Uid)) throw Unmapped("user", found.Uid);
        if (!Has(map, found.Gid)) throw Unmapped("group", found.Gid);
        bool mayTake = ProcFile.Read(process + "setgroups").StartsWith("allow", StringComparison.Ordinal);
        List<uint>? groups = mayTake
            ? found.Groups?.FindAll(group => Has(map, group))
            : null;
        return new OciUser { Uid = found.Uid, Gid = found.Gid, AdditionalGids = groups };
    }

    private static int Attach(VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        if (!container.IsRunning)
            throw new UserError("you cannot attach to a stopped container, start it first", $"minirun start -a {words.Words[0]}");
        string status = LiveStatus.Read(container);
        if (status == ContainerState.Paused)
            throw new UserError("you cannot attach to a paused container, unpause it first", $"minirun unpause {words.Words[0]}");
        if (status == ContainerState.Restarting)
            throw new UserError("you cannot attach to a restarting container, wait until it is running",
                $"minirun logs -f {words.Words[0]} shows what it writes");
        if (!container.MonitorLives())
            throw new UserError($"container {words.Words[0]} has no monitor any more", "it was killed; minirun restart gives it another");
        new Host().CheckStreams(first: words.Has("no-stdin") ? 1 : 0);
        using AttachSession session = AttachSession.Open(container, !words.Has("no-stdin"), words.Text("detach-keys"), joins: true);
        session.PassesSignals = words.Text("sig-proxy") != "false";
        session.EndsWithReader = true;
        return session.Run();
    }

    private static int Top(VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        if (!container.IsRunning) throw new UserError($"container {words.Words[0]} is not running", "`minirun ps -a` shows its state");
        List<ProcessColumn> columns = TopFormat.Parse(words.Words[1..]);
        var rows = new List<string[]> { columns.ConvertAll(column => column.Header).ToArray() };
        foreach (int pid in ExecutionDrivers.Of(container).Pids(container.Id))
            if (ProcessFacts.Of(pid) is { } facts) rows.Add([.. columns.Select(column => column.Show(facts))]);
        Table.Print(rows);
        return 0;
    }
}
