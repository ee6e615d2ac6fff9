using System.Diagnostics;
using System.Text.Json.Nodes;
using Minirun.Engine.Execution;
using Minirun.Engine.Monitor;
using Minirun.Linux;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Scripts;
using Minirun.Runtime.State;
using Xunit;

namespace Minirun.Engine.Tests.Execution;

/// <summary>
/// A container of a driver, with nothing of the engine around it: a bundle over the shared busybox tree, and its output in files.
/// </summary>
internal sealed class DriverContainer : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("minirun-driver-").FullName;
    private ContainerStreams? _terminal;
    private bool _isWaitedFor;

    /// <param name="runtime">As in --runtime.</param>
    /// <param name="command">Of the container.</param>
    public DriverContainer(string runtime, params string[] command)
    {
        // Containers are made by programs that end then: their first processes become our children, whose ends we see.
        sys_syscall.syscall(sys_syscall.SYS_prctl, sys_prctl.PR_SET_CHILD_SUBREAPER, 1, 0, 0);
        Driver = runtime == ExecutionDrivers.Builtin
            ? new BuiltinDriver(runtime, new RuntimeProgram(OurProgram, "minirun-oci", Root + "/oci"))
            : ExecutionDrivers.Of(runtime, EnginePaths.At(_path + "/engine", Root));
        Directory.CreateDirectory(_path + "/bundle");
        using var spec = Process.Start(OurProgram, ["spec", .. IsRoot ? Array.Empty<string>() : ["--rootless"], "--bundle", Bundle]);
        Assert.True(spec.WaitForExit(30_000) && spec.ExitCode == 0, "minirun-oci spec failed");
        Edit(config =>
        {
            config["process"]!["args"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]);
            config["process"]!["terminal"] = false;
            config["root"]!["path"] = Rootfs;
            // Not every machine lets it be mounted.
            config["mounts"] = new JsonArray([.. config["mounts"]!.AsArray()
                .Where(mount => (string?)mount!["type"] != "cgroup").Select(mount => mount!.DeepClone())]);
            if (IsRoot) config["linux"]!["cgroupsPath"] = "/" + Id;
        });
    }

    public static bool IsRoot => unistd.geteuid() == 0;

    public IExecutionDriver Driver { get; }
    public string Id { get; } = "test-" + Guid.NewGuid().ToString("n")[..12];
    public string Bundle => _path + "/bundle";
    public string Root => _path + "/run";
    public int Pid { get; private set; }
    public string Out => Read("out");

    /// <summary>The master of its terminal.</summary>
    public int Terminal => _terminal!.Output;

    private static string Checkout
    {
        get
        {
            string root = AppContext.BaseDirectory;
            while (!File.Exists(root + "/build.sh"))
                root = Path.GetDirectoryName(root)
                    ?? throw new InvalidOperationException("the repository is not above " + AppContext.BaseDirectory);
            return root;
        }
    }

    private static string OurProgram => (Environment.GetEnvironmentVariable("MINIRUN_BIN") ?? Checkout + "/bin") + "/minirun-oci";

    private static string Rootfs =>
        (Environment.GetEnvironmentVariable("MINIRUN_ROOTFS") ?? Checkout + "/rootfs-samples") + "/busybox";

    /// <summary>Changes config.json.</summary>
    public DriverContainer Edit(Action<JsonObject> change)
    {
        string file = Bundle + "/config.json";
        JsonObject config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        change(config);
        File.WriteAllText(file, config.ToJsonString());
        return this;
    }

    public DriverContainer Create()
    {
        using var streams = new Streams(_path);
        Pid = Driver.Create(Id, Bundle, streams.All, null, systemd: false);
        return this;
    }

    /// <summary>The same with a terminal.</summary>
    public DriverContainer CreateWithTerminal()
    {
        Edit(config => config["process"]!["terminal"] = true);
        _terminal = new ContainerStreams(terminal: true, input: true, _path);
        Pid = Driver.Create(Id, Bundle, _terminal.Theirs, _terminal.ConsoleSocket, systemd: false);
        _terminal.HandedOver();
        return this;
    }

    /// <summary>Also waits until it has written a line.</summary>
    public DriverContainer Start(string? says = null)
    {
        Create();
        Driver.Start(Id);
        if (says is not null) Assert.True(Becomes(() => Out.Contains(says + "\n")), $"it does not say {says}: {Out}{Read("err")}");
        return this;
    }

    /// <summary>Another process in it: its status, and what it wrote to both outputs.</summary>
    public (int Status, string Out, string Error) Exec(params string[] command)
    {
        string directory = Directory.CreateDirectory($"{_path}/{Guid.NewGuid():n}").FullName;
        int status;
        using (var streams = new Streams(directory))
            status = Driver.Exec(Id, new ExecRequest { Command = [.. command], Bundle = Bundle, Descriptors = streams.All });
        return (status, File.ReadAllText(directory + "/out"), File.ReadAllText(directory + "/err"));
    }

    /// <summary>Another process in it with a terminal; what it wrote until its end.</summary>
    public string ExecInTerminal(params string[] command)
    {
        using var streams = new ContainerStreams(terminal: true, input: true, _path, "exec.sock");
        int status = Driver.Exec(Id, new ExecRequest
        {
            Command = [.. command],
            Bundle = Bundle,
            Tty = true,
            Detach = true,
            ConsoleSocket = streams.ConsoleSocket,
            PidFile = _path + "/exec.pid",
            Descriptors = [.. streams.Theirs],
        });
        Assert.Equal(0, status);
        streams.HandedOver();
        string said = ReadTerminal(streams.Output, "\n");
        // Until we have waited for it, the pid namespace does not end, nor does the container (pid_namespaces(7)).
        ExitStatus.Wait(PidFile.Read(_path + "/exec.pid"));
        return said;
    }

    /// <summary>What a terminal says until that has come.</summary>
    public static string ReadTerminal(int master, string until)
    {
        string said = "";
        byte[] bytes = new byte[4096];
        Assert.True(Becomes(() =>
        {
            int length = Linux.Calls.Io.Read(master, bytes);
            if (length > 0) said += System.Text.Encoding.ASCII.GetString(bytes, 0, length);
            return said.Contains(until);
        }), $"the terminal says only: {said}");
        return said;
    }

    /// <summary>As the engine holds one that is to get a signal or to end.</summary>
    public HeldContainer Hold()
    {
        ContainerInfo info = Driver.Info(Id, proven: true)!;
        return new()
        {
            Id = Id,
            First = InitProcess.Open(info.Pid, info.StartTime)!,
            CgroupPath = () => IsRoot ? "/" + Id : "",
            OwnNamespaces = () => ["mnt"],
            Others = () => new HashSet<int>(),
        };
    }

    /// <summary>The exit status as a shell has it.</summary>
    public int AwaitEnd()
    {
        using InitProcess first = InitProcess.OpenChild(Pid);
        Assert.True(first.WaitForEnd(30_000), "it does not end");
        _isWaitedFor = true;
        return ExitStatus.Code(ExitStatus.Wait(Pid));
    }

    /// <summary>What there is of it in the files of its runtime and in the cgroups.</summary>
    public List<string> Leftovers() => [
        .. Directory.EnumerateDirectories(Root, Id, SearchOption.AllDirectories),
        .. Directory.EnumerateDirectories("/sys/fs/cgroup", Id, new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = 2,
            AttributesToSkip = FileAttributes.ReparsePoint,
        })];

    public static bool Becomes(Func<bool> condition) => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        Driver.Delete(Id);
        if (Pid > 0 && !_isWaitedFor) AwaitEnd();
        _terminal?.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    private string Read(string name) => File.Exists($"{_path}/{name}") ? File.ReadAllText($"{_path}/{name}") : "";

    /// <summary>An empty input, and files for both outputs.</summary>
    private sealed class Streams(string directory) : IDisposable
    {
        private readonly Linux.Calls.Fd _input = Linux.Calls.Fd.Open("/dev/null", fcntl.O_RDONLY),
            _output = Open(directory + "/out"), _error = Open(directory + "/err");

        public int[] All => [_input, _output, _error];

        public void Dispose()
        {
            _input.Dispose();
            _output.Dispose();
            _error.Dispose();
        }

        private static Linux.Calls.Fd Open(string path) =>
            Linux.Calls.Fd.Open(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_APPEND, 0x1b6 /* 0666 */);
    }
}
