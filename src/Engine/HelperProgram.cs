using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Launch;

namespace Minirun.Engine;

/// <summary>Programs of others that networks need: found, run to their end, or ended.</summary>
internal static class HelperProgram
{
    private const int Patience = 1000;   // ms

    /// <summary>In PATH, or where administrators' programs are, which users seldom have in it.</summary>
    public static string? Find(string name)
    {
        foreach (string directory in $"{stdlib.Variable("PATH")}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin".Split(':'))
            if (directory.StartsWith('/') && File.Exists($"{directory}/{name}")) return $"{directory}/{name}";
        return null;
    }

    /// <summary>Runs it to its end.</summary>
    public static (int Status, string Output, string Error) Run(
        string path, string[] arguments, ReadOnlySpan<byte> input = default, string[]? environment = null)
    {
        using var given = new MemoryFile(input);
        using var output = new MemoryFile(default);
        using var error = new MemoryFile(default);
        using ChildProgram child = ChildProgram.Start(path, arguments, [given.Fd, output.Fd, error.Fd], environment);
        int status = child.Wait();
        return (status, output.Text(), error.Text());
    }

    /// <summary>Ends a process, if it is still that one.</summary>
    public static void End(int pid, ulong started)
    {
        if (pid <= 0) return;
        using Pidfd? process = Pidfd.TryOpen(pid);
        if (process is null) return;
        if (ProcessIdentity.IsAlive(pid, started))
        {
            Pidfd.Send(process.Descriptor, signal.SIGTERM);
            if (!process.WaitForEnd(Patience)) process.Kill();
            process.WaitForEnd(Patience);
        }
        // A child of ours when we are the monitor that started it: else this fails, and another reaps it.
        ChildStatus.Collect(pid);
    }

    /// <summary>The processes whose argv[0] this is: of a helper that went to the background, or whose monitor was killed.</summary>
    public static List<int> Titled(string title)
    {
        byte[] wanted = KernelText.EncodeName(title);
        List<int> pids = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(directory.AsSpan("/proc/".Length), out int pid) && Begins(directory + "/cmdline", wanted)) pids.Add(pid);
        return pids;
    }

    private static bool Begins(string file, byte[] wanted)
    {
        using Fd fd = Fd.TryOpen(file, fcntl.O_RDONLY);
        byte[] found = new byte[wanted.Length];
        return fd.IsOpen && Io.Read(fd, found) == wanted.Length && found.AsSpan().SequenceEqual(wanted);
    }
}

