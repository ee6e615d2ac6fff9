using System.Globalization;
using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Execution;

/// <summary>The program of an OCI runtime, with the command line of runc, which all of them have.</summary>
/// <param name="path">Its file.</param>
/// <param name="called">Its argv[0].</param>
/// <param name="root">Where it keeps its state: each container in a directory of its name.</param>
internal sealed class RuntimeProgram(string path, string called, string root)
{
    private const int Most = 65536;   // bytes that are read of what it says

    public string Root => root;

    /// <summary>Whether it has something of a container of that id.</summary>
    public bool Knows(string id) => Directory.Exists($"{root}/{id}");

    /// <summary>Runs it to its end. What it says goes to its log: the container's own output is the container's.</summary>
    /// <param name="arguments">A verb and its words.</param>
    /// <param name="said">Its log; also its output, where it is given no descriptors.</param>
    /// <param name="descriptors">What it has as 0, 1 and 2.</param>
    public bool Try(IReadOnlyList<string> arguments, out string said, ReadOnlySpan<int> descriptors = default)
    {
        using Fd file = Fd.InMemory("minirun-engine"), nothing = Fd.Open("/dev/null", fcntl.O_RDWR);
        string[] words = [called, "--root", root, .. LogTo(file), .. arguments];
        using ChildProgram child =
            ChildProgram.Start(path, words, descriptors.IsEmpty ? [nothing, file, nothing] : descriptors);
        bool succeeded = child.Wait() == 0;
        said = Read(file);
        return succeeded;
    }

    /// <summary>Starts `exec`.</summary>
    /// <param name="id">The container's.</param>
    /// <param name="request">What is to be executed.</param>
    /// <param name="endsWithUs">It has our caller's stdin, stdout and stderr, and nobody else is to have them when we are killed.</param>
    /// <param name="global">Flags before the verb.</param>
    public ChildProgram StartExec(string id, ExecRequest request, bool endsWithUs, params string[] global)
    {
        int[] streams = request.Descriptors;
        string file = "/proc/self/fd/" + streams.Length.ToString(CultureInfo.InvariantCulture);
        List<string> arguments = [called, "--root", root, .. global, "exec", "--process", file];
        if (request.Detach) arguments.Add("--detach");
        if (request.ConsoleSocket is not null) arguments.AddRange(["--console-socket", request.ConsoleSocket]);
        if (request.PidFile is not null) arguments.AddRange(["--pid-file", request.PidFile]);
        arguments.Add(id);
        using Fd document = ExecDocument.Open(request);
        return ChildProgram.Start(path, [.. arguments], [.. streams, document], endsWithUs: endsWithUs);
    }

    /// <summary>The flags that make it write its log there. It opens the descriptor anew, by its path.</summary>
    public static string[] LogTo(Fd file) => ["--log", $"/proc/{unistd.getpid()}/fd/{file.Number}", "--log-format", "json"];

    /// <summary>What is in a file of ours.</summary>
    public static string Read(Fd file) => Encoding.UTF8.GetString(Io.ReadAll(file, Most));
}
