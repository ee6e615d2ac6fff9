using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Execution;

/// <summary>Who executes containers: minirun itself, or another OCI runtime. All are driven alike, with bundles.</summary>
public interface IExecutionDriver
{
    /// <summary>As in --runtime.</summary>
    string Name { get; }

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

    void Pause(string id);

    void Resume(string id);

    bool IsPaused(string id);

    /// <summary>Changes limits: a JSON document as linux.resources.</summary>
    void Update(string id, byte[] resources);

    /// <summary>Pids of its processes, as the host counts.</summary>
    List<int> Pids(string id);

    /// <summary>Its first process, as the runtime has written it down; null when it does not run.</summary>
    (int Pid, ulong StartTime)? First(string id);

    /// <summary>The figures of its cgroup; null when it has none of its own.</summary>
    /// <param name="pid">Its first process.</param>
    CgroupStats? Stats(string id, int pid);

    /// <summary>Ends what is left of it. That there is nothing is no error.</summary>
    /// <returns>Why something is still there; null: nothing is.</returns>
    string? Delete(string id);
}
