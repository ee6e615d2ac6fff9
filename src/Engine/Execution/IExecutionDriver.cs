using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Execution;

/// <summary>
/// Executes containers: minirun itself, or another OCI runtime. All are driven alike, with bundles, and the names are OCI's. The eleven
/// methods of docker's execution driver are here: Run (<see cref="Create"/> and <see cref="Start"/>), Exec (<see cref="Exec"/> and
/// <see cref="StartExec"/>), <see cref="Kill"/>, <see cref="Pause"/>, Unpause (<see cref="Resume"/>), <see cref="Name"/>,
/// <see cref="Info"/>, GetPidsForContainer (<see cref="Pids"/>), <see cref="Terminate"/>, Clean (<see cref="Delete"/>) and
/// <see cref="Stats"/>; <see cref="Update"/> and <see cref="Version"/> are besides.
/// </summary>
public interface IExecutionDriver
{
    /// <summary>As in --runtime.</summary>
    string Name { get; }

    /// <summary>What its program says of its own version; null: it says none.</summary>
    string? Version();

    /// <summary>Makes a container, which waits for its start; it is a child of ours from then on if we are a subreaper.</summary>
    /// <param name="id">A new id.</param>
    /// <param name="bundle">The directory of config.json.</param>
    /// <param name="descriptors">Its standard input, output and error.</param>
    /// <param name="consoleSocket">Where the master of its terminal goes; null: it has none.</param>
    /// <param name="systemd">Its cgroupsPath is one of systemd's.</param>
    /// <returns>The pid of its first process.</returns>
    /// <exception cref="UserError">It cannot be made, in the runtime's words.</exception>
    int Create(string id, string bundle, ReadOnlySpan<int> descriptors, string? consoleSocket, bool systemd);

    /// <summary>Executes its command.</summary>
    /// <exception cref="UserError">It cannot be executed: exit code 126 or 127.</exception>
    void Start(string id);

    /// <summary>Starts another process in it. Its exit status is that of the program which is given.</summary>
    ChildProgram StartExec(string id, ExecRequest request);

    /// <summary>The same, and waits for its end.</summary>
    /// <exception cref="UserError">It could not be started: exit code 126 or 127 when the command cannot be executed.</exception>
    int Exec(string id, ExecRequest request);

    /// <summary>Sends a signal to the first process, and to no other.</summary>
    /// <returns>False when it has ended meanwhile.</returns>
    /// <exception cref="Linux.LinuxException">The signal may not be sent.</exception>
    bool Kill(HeldContainer container, int number);

    /// <summary>Ends all of its processes now, whatever state they are in, and waits until the last has ended.</summary>
    /// <param name="container">Who holds it also knows those that outlive its first process.</param>
    /// <param name="milliseconds">How long it may take.</param>
    /// <returns>What keeps it from ending, and what to do about that; null: nothing of it lives.</returns>
    (string Why, string Hint)? Terminate(HeldContainer container, int milliseconds);

    void Pause(string id);

    void Resume(string id);

    /// <summary>Changes limits: a JSON document as linux.resources.</summary>
    void Update(string id, byte[] resources);

    /// <summary>What the runtime knows of a container now; null: it knows none of that id.</summary>
    /// <param name="id">The container's.</param>
    /// <param name="proven">
    /// The process is to be one that the runtime knows for its own, though its state may be spoilt or lost. That costs more to find out.
    /// </param>
    ContainerInfo? Info(string id, bool proven = false);

    /// <summary>Pids of its processes, as the host counts.</summary>
    List<int> Pids(string id);

    /// <summary>The figures of its cgroup; null when it has none of its own.</summary>
    /// <param name="pid">Its first process.</param>
    CgroupStats? Stats(string id, int pid);

    /// <summary>Ends what is left of it. That there is nothing is no error.</summary>
    /// <returns>Why something is still there; null: nothing is.</returns>
    string? Delete(string id);
}
