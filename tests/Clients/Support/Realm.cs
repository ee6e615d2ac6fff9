using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Clients.Support;

/// <summary>
/// Where one client lives: for root in mount, network, pid, ipc, uts and cgroup namespaces and in cgroups of its own (realm.sh),
/// so that whatever it leaves behind can be seen, and goes with it. An ordinary user has only a directory of his own: rootless
/// clients make the namespaces themselves.
/// </summary>
internal sealed class Realm : IDisposable
{
    private readonly RunningProgram? _holder;
    private readonly string _cgroup;
    private readonly string _enter = "";
    private readonly int _init;

    public Realm(string client)
    {
        // Short: sockets lie below, and their paths end at 108 bytes. Others pass through: a container's ids are not ours.
        string id = TestRun.Id[..6];
        Directory = $"/tmp/mr-{client}-{id}";
        System.IO.Directory.CreateDirectory(Directory, (UnixFileMode)0b111_101_101);
        // Not named after minirun: other suites look for cgroups of that name.
        _cgroup = $"clients-{client}-{id}";
        if (Kernel.Uid != 0) return;
        _holder = new RunningProgram(new Start { Deadline = TimeSpan.FromMinutes(20) }, "/bin/bash",
            [ScriptPath("realm.sh"), _cgroup, Directory]);
        _holder.AwaitOut("ready");
        _init = Child(_holder.Pid);
        _enter = string.Concat(Hierarchies().Select(path => $"echo $$ >{path}/{_cgroup}/cgroup.procs\n"));
    }

    /// <summary>A directory for state, the same path inside and outside; its files are seen inside only.</summary>
    public string Directory { get; }

    public Result Run(Start how, string program, params string[] arguments)
    {
        using RunningProgram running = Start(how with { Input = how.Input ?? "" }, program, arguments);
        return running.Result();
    }

    public RunningProgram Start(Start how, string program, params string[] arguments)
    {
        how = how with { Environment = Environment(how.Environment), Before = _enter + how.Before };
        return new RunningProgram(how, Enter[0], [.. Enter[1..], program, .. arguments]);
    }

    public Pty Terminal(Start how, string program, params string[] arguments) =>
        new(how with { Environment = Environment(how.Environment), Before = _enter }, [.. Enter, program, .. arguments]);

    /// <summary>A script of bash inside; its output.</summary>
    public string Sh(string script, params string[] arguments) =>
        Run(Cli.Tests.Support.Start.Plain, "/bin/bash", ["-c", script, "-", .. arguments]).Exits(0).Out;

    /// <summary>One of the scripts beside this file, inside.</summary>
    public string Script(string name, params string[] arguments) =>
        Run(Cli.Tests.Support.Start.Plain, "/bin/bash", [ScriptPath(name), .. arguments]).Exits(0).Out;

    public string Write(string name, string text)
    {
        string path = Path.Combine(Directory, name);
        Run(new Start { Input = text }, "/bin/bash", "-c", "mkdir -p \"${1%/*}\" && cat >\"$1\"", "-", path).Exits(0);
        return path;
    }

    /// <summary>A path of inside as we can open it.</summary>
    public string Outside(string path) => _holder is null ? path : $"/proc/{_init}/root{path}";

    /// <summary>The pid here of the client itself: nsenter's child, or that of podman outside of its user namespace.</summary>
    public int ClientPid(RunningProgram client) => Child(client.Pid);

    public void Dispose()
    {
        // Killed with all that is inside: it is pid 1 there.
        _holder?.Dispose();
        Tree.Remove(Directory);
        if (_holder is null) return;
        foreach (string hierarchy in Hierarchies())
            Deadline.Wait(() => RemoveCgroups(Path.Combine(hierarchy, _cgroup)));
    }

    private string[] Enter =>
        _holder is null
            ? ["/usr/bin/env"]
            : [Programs.Find("nsenter")!, "--target", $"{_init}", "--mount", "--net", "--pid", "--cgroup", "--ipc", "--uts", "--"];

    private Dictionary<string, string?> Environment(Dictionary<string, string?> special)
    {
        Dictionary<string, string?> environment = new()
        {
            ["HOME"] = Directory + "/home",
            ["TMPDIR"] = Directory,
            ["XDG_RUNTIME_DIR"] = _holder is null ? Directory + "/run" : null,
            ["DBUS_SESSION_BUS_ADDRESS"] = null,
        };
        foreach (var (name, value) in special) environment[name] = value;
        return environment;
    }

    public static string ScriptPath(string name) => Path.Combine(AppContext.BaseDirectory, "Support", name);

    private static IEnumerable<string> Hierarchies() =>
        File.ReadLines("/proc/self/mountinfo").Select(Mount.Parse).Where(mount => mount.Type is "cgroup" or "cgroup2")
            .Select(mount => mount.Target);

    private static bool RemoveCgroups(string path)
    {
        if (!System.IO.Directory.Exists(path)) return true;
        try
        {
            foreach (string child in System.IO.Directory.GetDirectories(path)) RemoveCgroups(child);
            System.IO.Directory.Delete(path);
            return true;
        }
        catch (IOException)
        {
            return false; // its last process is not quite gone
        }
    }

    private static int Child(int pid)
    {
        string children = "";
        // Each thread has children of its own.
        Assert.True(
            Deadline.Wait(
                () => (children = string.Concat(
                    System.IO.Directory.GetDirectories($"/proc/{pid}/task")
                        .Select(thread => File.ReadAllText(thread + "/children")))).Length
                    > 0),
            $"process {pid} has started nothing");
        return int.Parse(children.Split(' ')[0]);
    }
}
