using System.Globalization;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;

namespace Minirun.Runtime.Launch;

/// <summary>Why a hook failed, in runc's words; what it said is part of them.</summary>
internal static unsafe class HookFailure
{
    private const int MostOutput = 16384, Dumped = 0x80;

    /// <summary>The error for a hook that fork-news ran. It still waits, and holds what the hook wrote.</summary>
    public static UserError Explain(HookOp operation, Report report, int pid)
    {
        string[] name = operation.Name.Split('#');
        return report.Call switch
        {
            var call when call == sys_syscall.SYS_ppoll => Error(name[0], name[1], TimedOut(operation.Seconds)),
            var call when call == sys_syscall.SYS_execve => Error(name[0], name[1], NotExecuted(operation.Program, report.Errno)),
            var call
                when call == sys_syscall.SYS_wait4 => Error(name[0], name[1],
                    Ended(report.Errno, Read(pid, (int)(report.Nanoseconds >> 32)), Read(pid, (int)report.Nanoseconds))),
            _ => Error(name[0], name[1], $"{sys_syscall.Name(report.Call)}: {Errno.Describe(report.Errno)}"),
        };
    }

    public static UserError Error(string kind, string number, string why) =>
        new($"error running {kind} hook #{number}: {why}", $"hooks.{kind}[{number}] of the container's config.json names the program");

    public static string TimedOut(int seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"hook ran past specified timeout of {seconds}.0s");

    public static string NotExecuted(string path, int errno) => $"fork/exec {path}: {Errno.Text(errno)}";

    /// <param name="status">Of wait(2).</param>
    /// <param name="output">What it wrote to stdout.</param>
    /// <param name="error">And to stderr.</param>
    public static string Ended(int status, string output, string error)
    {
        int number = status & 0x7f;
        string how = number == 0
            ? $"exit status {ExitStatus.Code(status)}"
            : "signal: " + Signal(number) + ((status & Dumped) != 0 ? " (core dumped)" : "");
        return $"{how}, stdout: {output}, stderr: {error}";
    }

    /// <summary>As Go calls it, for what ends programs; engines show it to people.</summary>
    private static string Signal(int number) => number switch
    {
        signal.SIGHUP => "hangup",
        signal.SIGINT => "interrupt",
        signal.SIGQUIT => "quit",
        signal.SIGILL => "illegal instruction",
        signal.SIGABRT => "aborted",
        signal.SIGKILL => "killed",
        signal.SIGSEGV => "segmentation fault",
        signal.SIGPIPE => "broken pipe",
        signal.SIGTERM => "terminated",
        signal.SIGSYS => "bad system call",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The first of what a descriptor's memory holds.</summary>
    public static string ReadAll(int fd)
    {
        byte* buffer = stackalloc byte[MostOutput];
        nint length = unistd.pread(fd, buffer, MostOutput, 0);
        return length <= 0 ? "" : KernelText.Decode(new ReadOnlySpan<byte>(buffer, (int)length));
    }

    private static string Read(int pid, int descriptor)
    {
        int fd = fcntl.open($"/proc/{pid}/fd/{descriptor}", fcntl.O_RDONLY | fcntl.O_CLOEXEC | fcntl.O_NONBLOCK);
        if (fd < 0) return "";
        string text = ReadAll(fd);
        unistd.close(fd);
        return text;
    }
}
