using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;

namespace Minirun.Probe;

/// <summary>What /proc and a few calls say of this process.</summary>
internal static unsafe class Facts
{
    private const int UtsField = 65;

    /// <summary>Lines of /proc/self/status, as NAME:VALUE with single blanks.</summary>
    public static int Status(params string[] names)
    {
        foreach (string line in Read("/proc/self/status").Split('\n'))
        {
            string[] parts = line.Split(':', 2);
            if (parts.Length == 2 && names.Contains(parts[0]))
                Out.Line($"{parts[0]}: {string.Join(' ', parts[1].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))}");
        }
        return 0;
    }

    /// <summary>How much .NET believes that it may use.</summary>
    public static int Memory()
    {
        Out.Line(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    }

    public static int File(string path)
    {
        Out.Text(Read(path));
        return 0;
    }

    public static int Write(string path, string text)
    {
        int fd =
            (int)LinuxException.Check(fcntl.open(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_CLOEXEC, 0x1b6 /* 0666 */), "open", path);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes) LinuxException.Check(unistd.write(fd, start, bytes.Length), "write", path);
        LinuxException.Check(unistd.close(fd), "close", path);
        return 0;
    }

    /// <summary>The environment as the kernel has it: order and duplicates as they were given.</summary>
    public static int Environment()
    {
        Out.Text(Read("/proc/self/environ").Replace('\0', '\n'));
        return 0;
    }

    /// <summary>A system call by number, with numbers as arguments: what it gave, or the name of its error.</summary>
    public static int SystemCall(string[] words)
    {
        nint[] numbers = new nint[7];
        for (int i = 0; i < words.Length; i++)
            numbers[i] = words[i].StartsWith("0x", StringComparison.Ordinal) ? (nint)Convert.ToInt64(words[i], 16) : nint.Parse(words[i]);
        nint result = sys_syscall.syscall(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
        Out.Line(result < 0 ? Errno.Name(Marshal.GetLastPInvokeError()) : result.ToString());
        return 0;
    }

    /// <summary>Each argument with its length, so that empty ones and newlines show.</summary>
    public static int Arguments(string[] arguments)
    {
        foreach (string argument in arguments) Out.Line($"{Encoding.UTF8.GetByteCount(argument)}:{argument}");
        return 0;
    }

    public static int Namespaces()
    {
        foreach (string name in (string[])["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"])
            Out.Line(Link("/proc/self/ns/" + name));
        return 0;
    }

    /// <summary>What getcwd(2) says, which begins with (unreachable) when it lies outside the root.</summary>
    public static int WorkingDirectory()
    {
        byte* buffer = stackalloc byte[4096];
        nint length = LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_getcwd, (nint)buffer, 4096), "getcwd");
        Out.Line(Encoding.UTF8.GetString(buffer, (int)length - 1));
        return 0;
    }

    public static int Nice()
    {
        string stat = Read("/proc/self/stat");
        Out.Line(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16]);
        return 0;
    }

    /// <summary>Host name, then domain name, by uname(2).</summary>
    public static int Names()
    {
        byte* fields = stackalloc byte[6 * UtsField];
        LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_uname, (nint)fields), "uname");
        Out.Line(
            Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(fields + UtsField)));
        Out.Line(
            Encoding.UTF8.GetString(
                System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(fields + (5 * UtsField))));
        return 0;
    }

    /// <summary>Makes a directory in a directory, so often; at the end a file.</summary>
    public static int Deepen(string directory, int levels)
    {
        Enter(directory);
        for (int i = 0; i < levels; i++)
        {
            LinuxException.Check(sys_stat.mkdir("d", 0x1ed /* 0755 */), "mkdir");
            Enter("d");
        }
        return Write("end", "deep");
    }

    /// <summary>How many of them there are, and what the file says.</summary>
    public static int Depth(string directory)
    {
        Enter(directory);
        int levels = 0;
        for (; unistd.rename("d", "d") == 0; levels++) Enter("d");
        Out.Line($"{levels} {Read("end")}");
        return 0;
    }

    private static void Enter(string directory)
    {
        fixed (byte* path = KernelText.EncodeName(directory))
            LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_chdir, (nint)path), "chdir", directory);
    }

    public static string Link(string path)
    {
        byte* buffer = stackalloc byte[4096];
        nint length = unistd.readlink(path, buffer, 4096);
        return length < 0 ? "?" : Encoding.UTF8.GetString(buffer, (int)length);
    }

    public static string Read(string path)
    {
        int fd = (int)LinuxException.Check(fcntl.open(path, fcntl.O_RDONLY | fcntl.O_CLOEXEC), "open", path);
        var bytes = new List<byte>();
        byte[] buffer = new byte[16384];
        nint count;
        fixed (byte* start = buffer)
            while ((count = LinuxException.Check(unistd.read(fd, start, buffer.Length), "read", path)) > 0)
                bytes.AddRange(buffer.AsSpan(0, (int)count));
        unistd.close(fd);
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
