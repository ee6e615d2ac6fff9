using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Execution;

/// <summary>A runtime whose program is not here any more. Its containers are seen, end, and are removed without it.</summary>
/// <param name="name">As in --runtime.</param>
/// <param name="root">Where it kept its state.</param>
/// <param name="cgroupPath">The container's, as its configuration has it.</param>
/// <param name="why">What is said to who needs the program.</param>
internal sealed class MissingDriver(string name, string root, Func<string> cgroupPath, UserError why) : IExecutionDriver
{
    public string Name => name;

    public string? Version() => null;

    public int Create(string id, string bundle, ReadOnlySpan<int> descriptors, string? consoleSocket, bool systemd) => throw why;

    public void Start(string id) => throw why;

    public ChildProgram StartExec(string id, ExecRequest request) => throw why;

    public int Exec(string id, ExecRequest request) => throw why;

    public bool Kill(HeldContainer container, int number) => container.Signal(number);

    public (string Why, string Hint)? Terminate(HeldContainer container, int milliseconds) => container.End(milliseconds);

    public void Pause(string id) => throw why;

    public void Resume(string id) => throw why;

    public void Update(string id, byte[] resources) => throw why;

    public ContainerInfo? Info(string id, bool proven) => null;

    public List<int> Pids(string id) => [];

    public CgroupStats? Stats(string id, int pid) => null;

    /// <summary>What the program would do is not much: the cgroup, and its own files.</summary>
    public string? Delete(string id)
    {
        string place = $"{root}/{id}";
        if (!Directory.Exists(place)) return null;
        ProcessCgroup.Remove(cgroupPath(), id);
        foreach (string file in Directory.EnumerateFiles(place)) unistd.unlink(file);
        unistd.rmdir(place);
        return null;
    }
}
