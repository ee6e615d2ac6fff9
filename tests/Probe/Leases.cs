using System.Text;
using Minirun.Linux;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Probe;

/// <summary>Holds files with leases (fcntl(2), F_SETLEASE): who opens one waits until it is given up, or for 45 seconds.</summary>
internal static unsafe class Leases
{
    private const int F_SETLEASE = 1024, F_RDLCK = 0, F_WRLCK = 1, SIGIO = 29;

    /// <summary>All that can be held below these directories, every second one against readers, too, until it is killed.</summary>
    public static int Hold(string[] directories)
    {
        Signals.Ignore(SIGIO);
        int held = 0;
        foreach (string directory in directories)
            foreach (string file in Files(directory))
                if (Take(file, held % 2 == 0 ? F_RDLCK : F_WRLCK) || Take(file, F_RDLCK)) held++;
        Out.Line($"holds {held} files");
        Out.Flush();
        return Processes.SleepForever();
    }

    /// <summary>A file of ours, held against all others.</summary>
    public static int Make(string path)
    {
        Facts.Write(path, "");
        if (!Take(path, F_WRLCK)) throw new IOException($"{path}: no lease can be had on it");
        return Processes.SleepForever();
    }

    /// <summary>One line for each of these directories: how many files below it can be held, and the place of the first.</summary>
    public static int Count(string[] directories)
    {
        Signals.Ignore(SIGIO);
        foreach (string directory in directories)
        {
            List<string> held = [.. Files(directory).Where(file => Take(file, F_RDLCK, keep: false))];
            Out.Line($"{directory} {(held.Count == 0 ? "none" : "some " + held[0])}");
        }
        return 0;
    }

    private static IEnumerable<string> Files(string directory) => Directory.EnumerateFiles(directory, "*",
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 4 });

    private static bool Take(string file, int kind, bool keep = true)
    {
        nint fd;
        const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
        fixed (byte* name = Encoding.UTF8.GetBytes(file + "\0")) fd = syscall(SYS_openat, AT_FDCWD, (nint)name, flags);
        if (fd < 0) return false;
        bool taken = syscall(SYS_fcntl, fd, F_SETLEASE, kind) == 0;
        if (!taken || !keep) unistd.close((int)fd);
        return taken;
    }
}
