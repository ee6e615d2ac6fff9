using System.Globalization;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;
using Minirun.Runtime;
using RuntimeContainer = Minirun.Runtime.State.Container;

namespace Minirun.Engine.Execution;

/// <summary>
/// An OCI runtime behind its command line, runc's: our own program under its other name, crun, or runc. Ours is called like the others:
/// then the monitor stays small, and what podman and containerd drive is what we drive.
/// </summary>
/// <param name="name">As in --runtime.</param>
/// <param name="path">The program.</param>
/// <param name="called">Its argv[0].</param>
/// <param name="root">Where it keeps its state.</param>
public sealed class OciDriver(string name, string path, string called, string root) : IExecutionDriver
{
    private static readonly string[] s_systemd = ["--systemd-cgroup"];
    private const int NotExecutable = 126, NotFound = 127, OwnFailure = 255;

    public string Name => name;

    /// <summary>What is known of a container of our own runtime without asking it.</summary>
    private RuntimeContainer? Own(string id)
    {
        if (called != "minirun-oci") return null;
        try
        {
            return RuntimeContainer.Load(new StateStore(root), id);
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return null;
        }
    }

    public int Create(string id, string bundle, ReadOnlySpan<int> descriptors, string? consoleSocket, bool systemd)
    {
        string pidFile = bundle + "/pid";
        List<string> arguments = [.. systemd ? s_systemd : [], "create", "--bundle", ForRuntime(bundle), "--pid-file", pidFile];
        if (consoleSocket is not null) arguments.AddRange(["--console-socket", consoleSocket]);
        arguments.Add(id);
        Call(arguments, descriptors);
        int pid = PidFile.Read(pidFile);
        unistd.unlink(pidFile);
        return pid;
    }

    /// <summary>Ours knows by itself how /sys is bound.</summary>
    private string ForRuntime(string bundle) => called == "minirun-oci" ? bundle : DividedBundle.Make(bundle);

    public void Start(string id) => Call(["start", id]);

    /// <summary>
    /// What our runtime says of a failure goes to its log: all else is of the command. Others say it to stderr as well, or instead.
    /// </summary>
    public int Exec(string id, ExecRequest request)
    {
        if (called != "minirun-oci")
        {
            // It would give our own to the command, and to its user (chown).
            using StreamRelay? streams = request.Tty || request.Detach ? null : StreamRelay.Of(request.Descriptors is [0, ..] ? 7 : 6);
            int[] theirs = streams is null
                ? request.Descriptors
                : [.. request.Descriptors.Select((fd, at) => streams.Theirs[at] is >= 0 and var pipe ? pipe : fd)];
            using ChildProgram other = StartExec(id, request with { Descriptors = theirs }, endsWithUs: true);
            streams?.HandedOver();
            return ExecFollower.Wait(other, streams, request.Detach);
        }
        int file = (int)LinuxException.Check(sys_mman.memfd_create("minirun-engine", sys_mman.MFD_CLOEXEC), "memfd_create");
        try
        {
            using ChildProgram child = StartExec(id, request, endsWithUs: true, "--quiet", "--log", Log(file), "--log-format", "json");
            int status = ExecFollower.Wait(child, streams: null, request.Detach);
            if (status == 0 || ReadAll(file) is not { Length: > 0 } said || Explain(said) is not { Text.Length: > 0 } told) return status;
            UserError error = Failure(told, isCommand: true);
            throw status is > 128 and < OwnFailure ? error.As(error.Message, status) : error;
        }
        finally
        {
            unistd.close(file);
        }
    }

    public ChildProgram StartExec(string id, ExecRequest request) => StartExec(id, request, endsWithUs: false);

    /// <param name="id">The container's.</param>
    /// <param name="request">What is to be executed.</param>
    /// <param name="endsWithUs">It has our caller's stdin, stdout and stderr, and nobody else is to have them when we are killed.</param>
    /// <param name="global">Flags before the verb.</param>
    private ChildProgram StartExec(string id, ExecRequest request, bool endsWithUs, params string[] global)
    {
        int[] streams = request.Descriptors;
        string file = "/proc/self/fd/" + streams.Length.ToString(CultureInfo.InvariantCulture);
        List<string> arguments = [called, "--root", root, .. global, "exec", "--process", file];
        if (request.Detach) arguments.Add("--detach");
        if (request.ConsoleSocket is not null) arguments.AddRange(["--console-socket", request.ConsoleSocket]);
        if (request.PidFile is not null) arguments.AddRange(["--pid-file", request.PidFile]);
        arguments.Add(id);
        int document = ExecDocument.Open(request);
        try
        {
            return ChildProgram.Start(path, [.. arguments], [.. streams, document], endsWithUs: endsWithUs);
        }
        finally
        {
            unistd.close(document);
        }
    }

    public void Pause(string id) => Call(["pause", id]);

    public void Resume(string id) => Call(["resume", id]);

    public bool IsPaused(string id) =>
        called == "minirun-oci"
            ? Own(id)?.Status() == ContainerStatus.Paused
            : Try(["state", id], out string said) && said.Contains("\"paused\"", StringComparison.Ordinal);

    public void Update(string id, byte[] resources)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, resources);
            Call(["update", "--resources", file, id]);
        }
        finally
        {
            unistd.unlink(file);
        }
    }

    public List<int> Pids(string id)
    {
        if (Own(id) is { } container) return ContainerProcesses.Of(container);
        List<int> pids = [];
        if (Try(["ps", "--format", "json", id], out string said))
            foreach (string number in said.Trim().Trim('[', ']').Split(','))
                if (int.TryParse(number, out int pid)) pids.Add(pid);
        return pids;
    }

    public CgroupStats? Stats(string id, int pid)
    {
        try
        {
            return (called == "minirun-oci" ? Own(id)?.Cgroup : ProcessCgroup.Find(pid, id))?.Stats();
        }
        catch (Exception error) when (error is LinuxException or IOException or UserError)
        {
            return null;
        }
    }

    public string? Delete(string id)
    {
        // All of them keep a container's state in a directory of its name; mostly there is nothing to delete.
        if (!Directory.Exists($"{root}/{id}") || Try(["delete", "--force", id], out string said)) return null;
        return Explain(said) is { Text.Length: > 0 } told ? Failure(told, isCommand: false).Message : Silent().Message;
    }

    public (int Pid, ulong StartTime)? First(string id)
    {
        if (called != "minirun-oci") return OfOthers(id);
        if (Own(id) is { IsAlive: true, Doubt: null } container)
            return container.Status() is ContainerStatus.Running or ContainerStatus.Paused
                ? (container.Record.Pid, container.Record.StartTime)
                : null;
        try
        {
            // Its state may be lost: a note beside it has it, too.
            if (new StateStore(root).Find(id) is not { } directory || directory.InitWaits()) return null;
            if (directory.ReadInit() is not { } first) return null;
            var kept = new RuntimeContainer(directory, new ContainerRecord { Id = id, Pid = first.Pid, StartTime = first.StartTime });
            return kept.IsAlive && kept.Doubt is null ? first : null;
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return null;
        }
    }

    /// <summary>Others say no start time: what lives now is looked at by whoever asks.</summary>
    private (int Pid, ulong StartTime)? OfOthers(string id)
    {
        if (!Directory.Exists($"{root}/{id}") || !Try(["state", id], out string said)) return null;
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(said);
            var answer = document.RootElement;
            bool runs = answer.TryGetProperty("status", out var status) && status.GetString() is OciState.Running or OciState.Paused;
            if (!runs || !answer.TryGetProperty("pid", out var pid) || !pid.TryGetInt32(out int number)) return null;
            return ProcessIdentity.StartTime(number) is > 0 and var time ? (number, time) : null;
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Call(List<string> arguments, ReadOnlySpan<int> descriptors = default)
    {
        if (Try(arguments, out string said, descriptors)) return;
        var told = Explain(said);
        if (told.Text.Length == 0) throw Silent();
        throw Failure(told, arguments.Contains("create") || arguments[0] == "start");
    }

    private UserError Silent() => called == "minirun-oci"
        ? new("the runtime: it failed without a word", "was it killed? `dmesg` may tell by whom")
        : new($"--runtime {name}: it failed without a word", "is it an OCI runtime? builtin, crun and runc are; a path may name another");

    /// <param name="isCommand">It may be about the command that was to be executed.</param>
    private UserError Failure((string Text, string? Hint) told, bool isCommand)
    {
        // Ours says which program and verb failed, which nobody called here.
        const string own = " failed: ";
        string text = told.Text;
        if (called == "minirun-oci" && text.IndexOf(own, StringComparison.Ordinal) is > 0 and var at) text = text[(at + own.Length)..];
        return UserError.Told(called == "minirun-oci" ? text : $"{name}: {text}", told.Hint, isCommand ? ExitCode(text) : UserError.Ours);
    }

    /// <summary>A descriptor that the runtime opens anew by its path, so it writes where all may read.</summary>
    private static string Log(int file) => $"/proc/{unistd.getpid()}/fd/{file}";

    /// <summary>A command that is not there, or no program: all of them speak of exec then.</summary>
    private static int ExitCode(string text)
    {
        if (!text.Contains("exec", StringComparison.Ordinal)) return UserError.Ours;
        return text.Contains("no such file or directory", StringComparison.OrdinalIgnoreCase)
            || text.Contains("executable file not found", StringComparison.Ordinal) ? NotFound
            : text.Contains("permission denied", StringComparison.OrdinalIgnoreCase) ? NotExecutable
            : UserError.Ours;
    }

    /// <summary>Runs it to its end. What it says goes to its log: the container's own output is the container's.</summary>
    private bool Try(List<string> arguments, out string said, ReadOnlySpan<int> descriptors = default)
    {
        bool answers = descriptors.IsEmpty;
        int file = (int)LinuxException.Check(sys_mman.memfd_create("minirun-engine", sys_mman.MFD_CLOEXEC), "memfd_create");
        int nothing = (int)LinuxException.Check(fcntl.open("/dev/null", fcntl.O_RDWR | fcntl.O_CLOEXEC), "open", "/dev/null");
        try
        {
            using ChildProgram child = ChildProgram.Start(path,
                [called, "--root", root, "--log", Log(file), "--log-format", "json", .. arguments],
                answers ? [nothing, file, nothing] : descriptors);
            bool succeeded = child.Wait() == 0;
            said = ReadAll(file);
            return succeeded;
        }
        finally
        {
            unistd.close(nothing);
            unistd.close(file);
        }
    }

    private static unsafe string ReadAll(int file)
    {
        byte[] bytes = new byte[65536];
        fixed (byte* start = bytes)
        {
            nint length = unistd.pread(file, start, bytes.Length, 0);
            return length <= 0 ? "" : Encoding.UTF8.GetString(bytes, 0, (int)length);
        }
    }

    /// <summary>Empty, or the last message of level error in a log of JSON lines, as all three write it; ours has a hint with it.</summary>
    private static (string Text, string? Hint) Explain(string said)
    {
        string text = "";
        string? hint = null;
        foreach (string line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith('{')) continue;
            try
            {
                using var document = System.Text.Json.JsonDocument.Parse(line);
                if (document.RootElement.TryGetProperty("msg", out var message)
                    && document.RootElement.TryGetProperty("level", out var level) && level.ValueEquals("error"))
                    (text,
                        hint) = (message.GetString() ?? "",
                            document.RootElement.TryGetProperty("hint", out var advice) ? advice.GetString() : null);
            }
            catch (System.Text.Json.JsonException)
            {
                // Not one of its messages.
            }
        }
        return (text, hint);
    }
}
