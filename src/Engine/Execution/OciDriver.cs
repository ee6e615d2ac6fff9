using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Execution;

/// <summary>
/// An OCI runtime behind its command line. Our own is called like the others: then the monitor stays small, and what podman and
/// containerd drive is what we drive.
/// </summary>
/// <param name="name">As in --runtime.</param>
/// <param name="program">The runtime.</param>
internal abstract class OciDriver(string name, RuntimeProgram program) : IExecutionDriver
{
    private static readonly string[] s_systemd = ["--systemd-cgroup"];

    public string Name { get; } = name;

    protected RuntimeProgram Program { get; } = program;

    /// <summary>All of them print NAME version NUMBER first.</summary>
    public string? Version()
    {
        try
        {
            if (!Program.Try(["--version"], out string said)) return null;
            return said.Split('\n')[0].Split(' ') is [_, "version", var number] ? number : null;
        }
        catch (LinuxException)
        {
            return null;   // a program of another architecture, or none that may be executed
        }
    }

    public int Create(string id, string bundle, ReadOnlySpan<int> descriptors, string? consoleSocket, bool systemd)
    {
        string pidFile = bundle + "/pid";
        List<string> arguments = [.. systemd ? s_systemd : [], "create", "--bundle", BundleFor(bundle), "--pid-file", pidFile];
        if (consoleSocket is not null) arguments.AddRange(["--console-socket", consoleSocket]);
        arguments.Add(id);
        Call(arguments, isCommand: true, descriptors);
        int pid = PidFile.Read(pidFile);
        unistd.unlink(pidFile);
        return pid;
    }

    public void Start(string id) => Call(["start", id], isCommand: true);

    public ChildProgram StartExec(string id, ExecRequest request) => Program.StartExec(id, request, endsWithUs: false);

    public abstract int Exec(string id, ExecRequest request);

    public bool Kill(HeldContainer container, int number) => container.Signal(number);

    public (string Why, string Hint)? Terminate(HeldContainer container, int milliseconds) => container.End(milliseconds);

    public void Pause(string id) => Call(["pause", id]);

    public void Resume(string id) => Call(["resume", id]);

    public void Update(string id, byte[] resources)
    {
        using Fd file = Fd.InMemory("minirun-resources");
        Io.WriteAll(file, resources);
        Call(["update", "--resources", $"/proc/{unistd.getpid()}/fd/{file.Number}", id]);
    }

    public abstract ContainerInfo? Info(string id, bool proven);

    public abstract List<int> Pids(string id);

    public CgroupStats? Stats(string id, int pid)
    {
        try
        {
            return CgroupOf(id, pid)?.Stats();
        }
        catch (Exception error) when (error is LinuxException or IOException or UserError)
        {
            return null;
        }
    }

    public string? Delete(string id)
    {
        // Mostly there is nothing to delete.
        if (!Program.Knows(id) || Program.Try(["delete", "--force", id], out string said)) return null;
        return (RuntimeMessage.Find(said) is { } message ? Failure(message, isCommand: false) : Silent()).Message;
    }

    /// <summary>The bundle of a container as this runtime is to read it.</summary>
    protected abstract string BundleFor(string bundle);

    /// <summary>Null when a container has none of its own.</summary>
    protected abstract Cgroup? CgroupOf(string id, int pid);

    /// <summary>The text of a message without what nobody here wants to know.</summary>
    protected abstract string TextOf(RuntimeMessage message);

    /// <summary>It failed, and did not say why.</summary>
    protected abstract UserError Silent();

    /// <param name="isCommand">It may be about the command that was to be executed.</param>
    protected UserError Failure(RuntimeMessage message, bool isCommand)
    {
        string text = TextOf(message);
        return UserError.Told(text, message.Hint, isCommand ? RuntimeMessage.ExitCode(text) : UserError.Ours);
    }

    private void Call(IReadOnlyList<string> arguments, bool isCommand = false, ReadOnlySpan<int> descriptors = default)
    {
        if (Program.Try(arguments, out string said, descriptors)) return;
        throw RuntimeMessage.Find(said) is { } message ? Failure(message, isCommand) : Silent();
    }
}
