using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>A terminal with minirun in it: a real pseudo terminal, its slave the controlling terminal of the program.</summary>
internal sealed unsafe partial class Pty : IDisposable
{
    private const int EINTR = 4, O_RDWR = 2, O_NOCTTY = 0x100, O_CLOEXEC = 0x80000;
    private const uint TIOCSPTLCK = 0x40045431, TIOCGPTN = 0x80045430, TIOCSWINSZ = 0x5414, TCGETS = 0x5401;

    private readonly int _master;
    private readonly int _slave;
    private readonly RunningProgram _program;
    private readonly StringBuilder _screen = new();
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly Emulator _terminal;
    private readonly Thread _reader;

    public Pty(params string[] arguments) : this(rows: 30, columns: 100, redirections: "", arguments)
    {
    }

    /// <param name="rows">Height of the terminal.</param>
    /// <param name="columns">Width of the terminal.</param>
    /// <param name="redirections">What is not the terminal, in the shell's words: <c>&lt;/dev/null</c>.</param>
    /// <param name="arguments">minirun's.</param>
    public Pty(int rows, int columns, string redirections, params string[] arguments)
        : this(Start.Plain, rows, columns, redirections, [Programs.Minirun, .. arguments])
    {
    }

    /// <summary>A terminal with another program of the machine in it.</summary>
    public Pty(Start how, string[] command) : this(how, rows: 30, columns: 100, redirections: "", command)
    {
    }

    /// <summary>A terminal of a size with a program in it, which knows it for an xterm.</summary>
    public Pty(Start how, int rows, int columns, string[] command)
        : this(how with { Environment = new(how.Environment) { ["TERM"] = how.Environment.GetValueOrDefault("TERM", "xterm") } }, rows,
            columns, redirections: "", command)
    {
    }

    public Pty(Start how, int rows, int columns, string redirections, string[] command)
    {
        _terminal = new Emulator(rows, columns);
        _master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
        int zero = 0, number = 0;
        ioctl(_master, TIOCSPTLCK, &zero);
        ioctl(_master, TIOCGPTN, &number);
        string name = Name = $"/dev/pts/{number}";
        Resize(rows, columns);
        // Held open, so that the settings can still be read when the program is gone.
        _slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
        Settings = ReadSettings();
        _reader = new Thread(ReadScreen) { IsBackground = true };
        _reader.Start();
        how = how with { Before = $"{how.Before}\nexec 0<>{name} 1>&0 2>&0" };
        // Redirected after the session is made: setsid takes the terminal from its stdin.
        _program = new RunningProgram(how, Programs.Find("setsid")!,
            ["--ctty", "--wait", "/bin/bash", "-c", $"exec \"$0\" \"$@\" {redirections}", .. command]);
    }

    /// <summary>The terminal's settings before the program started.</summary>
    public string Settings { get; }

    /// <summary>Its node.</summary>
    public string Name { get; }

    public int Pid => _program.Pid;

    public bool HasEnded => _program.HasEnded;

    /// <summary>What a person sees, once the program has ended: all that it wrote is there.</summary>
    public Emulator AtEnd(out int exitCode)
    {
        exitCode = ExitCode();
        // Bytes of ours behind the program's: what comes out of a terminal is in order.
        string mark = $"\e]999;{Guid.NewGuid():n}\a";
        byte[] bytes = Encoding.UTF8.GetBytes(mark);
        fixed (byte* start = bytes) write(_slave, start, bytes.Length);
        Await(mark);
        lock (_screen) return _terminal;
    }

    /// <summary>What a person sees now.</summary>
    public string Seen
    {
        get { lock (_screen) return _terminal.Screen.Text; }
    }

    /// <summary>All that came, as it came.</summary>
    public string Screen
    {
        get { lock (_screen) return _screen.ToString(); }
    }

    public void Type(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes) write(_master, start, bytes.Length);
    }

    /// <summary>As a person presses a key: minirun has read it before anything else is typed.</summary>
    public void Press(string key)
    {
        int pid = MinirunPid();
        string before = BytesRead(pid);
        Type(key);
        Assert.True(Deadline.Wait(() => BytesRead(pid) != before), Screen);
    }

    /// <summary>rchar of proc_pid_io(5).</summary>
    private static string BytesRead(int pid) => File.ReadLines($"/proc/{pid}/io").First();

    public void Resize(int rows, int columns)
    {
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        ioctl(_master, TIOCSWINSZ, size);
    }

    public void Await(string text) =>
        Assert.True(Deadline.Wait(() => Screen.Contains(text)),
            $"waited in vain for '{text}' on the screen:\n{Screen}\n{Family.Describe(Pid)}");

    /// <summary>Waits for the end; gives the exit code.</summary>
    public int ExitCode() => _program.Result().ExitCode;

    public void Signal(int number) => Kernel.Signal(MinirunPid(), number);

    /// <summary>The kernel's struct termios as text.</summary>
    public string ReadSettings()
    {
        byte* settings = stackalloc byte[64];
        new Span<byte>(settings, 64).Clear();
        Assert.True(ioctl(_slave, TCGETS, settings) == 0);
        return Convert.ToHexString(new ReadOnlySpan<byte>(settings, 36));
    }

    public void Dispose()
    {
        _program.Dispose();
        close(_slave);
        // The reader ends with the last slave. As long as it is there the number must not become another terminal's, whose screen it would
        // read.
        if (_reader.Join(TimeSpan.FromSeconds(30))) close(_master);
    }

    // setsid is minirun itself, unless it had to fork.
    public int MinirunPid()
    {
        string children = File.ReadAllText($"/proc/{Pid}/task/{Pid}/children").Trim();
        string program = File.ReadAllText($"/proc/{Pid}/comm").Trim();
        return program == "minirun" ? Pid : int.Parse(children.Split(' ')[0]);
    }

    private void ReadScreen()
    {
        byte* buffer = stackalloc byte[4096];
        nint got;
        while ((got = read(_master, buffer, 4096)) > 0 || Marshal.GetLastPInvokeError() == EINTR)
            if (got > 0)
                lock (_screen)
                {
                    char[] chars = new char[(int)got + 1];
                    _screen.Append(chars, 0, _utf8.GetChars(new ReadOnlySpan<byte>(buffer, (int)got), chars, flush: false));
                    _terminal.Feed(new ReadOnlySpan<byte>(buffer, (int)got));
                }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int open(string path, int flags, int mode);
    [LibraryImport("libc")] private static partial int ioctl(int fd, nuint request, void* argument);
    [LibraryImport("libc", SetLastError = true)] private static partial nint read(int fd, void* buffer, nint count);
    [LibraryImport("libc")] private static partial nint write(int fd, void* buffer, nint count);
    [LibraryImport("libc")] private static partial int close(int fd);
}
