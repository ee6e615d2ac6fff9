using System.Globalization;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Life;

/// <summary>A container's monitor as a command sees it, found by the lock that it holds: what state.json says may be spoilt.</summary>
internal static unsafe class LivingMonitor
{
    private const int Patience = 1000;   // ms

    /// <summary>Its pid; 0: there is none, or not for us to see.</summary>
    public static int Pid(EngineContainer container) =>
        LockHolder.Find(container.MonitorLockPath).Find(pid => Is(pid, container.Id));

    /// <summary>Whether a process is the monitor of a container, by its words, which have the id.</summary>
    public static bool Is(int pid, string id)
    {
        try
        {
            string[] words = ProcFile.Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cmdline").Split('\0');
            return words is [MonitorProcess.Name, _, _, var of, ..] && of == id;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    /// <summary>Asks it to write down again what it knows, if that is not what it has written. False when it does not answer.</summary>
    public static bool Knock(EngineContainer container)
    {
        int socket;
        try
        {
            socket = UnixSocket.Connect(container.AttachPath, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_NONBLOCK);
        }
        catch (LinuxException)
        {
            return false;
        }
        byte welcome;
        var wait = new pollfd { fd = socket, events = poll.POLLIN };
        bool answers = poll.poll_(&wait, 1, Patience) > 0 && sys_socket.recv(socket, &welcome, 1, sys_socket.MSG_DONTWAIT) == 1;
        unistd.close(socket);
        return answers;
    }

    /// <summary>Lets one that was stopped go on: its container has ended, and it has something to do.</summary>
    public static void Wake(EngineContainer container)
    {
        if (Pid(container) is not (> 0 and var pid)) return;
        int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (pidfd < 0) return;
        if (Is(pid, container.Id)) syscall(SYS_pidfd_send_signal, pidfd, signal.SIGCONT, 0, 0);
        unistd.close(pidfd);
    }

    /// <summary>Kills one that hangs, with the programs that it waits for. What it had made is taken back by who looks next.</summary>
    /// <returns>Those that have not ended in the second after it: the kernel keeps them.</returns>
    public static List<int> Kill(EngineContainer container) => Pid(container) is > 0 and var pid ? Kill(pid, container.Id) : [];

    internal static List<int> Kill(int pid, string id)
    {
        var held = new List<(int Pid, int Fd)>();
        try
        {
            if (!Hold(pid, held) || !Is(pid, id)) return [];
            // Not stopped before: whoever kills us meanwhile would leave it standing still for ever. It goes first, and starts no more of
            // them.
            HoldBelow(pid, held);
            foreach (var (_, fd) in held) syscall(SYS_pidfd_send_signal, fd, signal.SIGKILL, 0, 0);
            long deadline = Environment.TickCount64 + Patience;
            return [.. held.Where(each => !HasEnded(each.Fd, deadline)).Select(each => each.Pid)];
        }
        finally
        {
            foreach (var (_, fd) in held) unistd.close(fd);
        }
    }

    private static bool HasEnded(int pidfd, long deadline)
    {
        var end = new pollfd { fd = pidfd, events = poll.POLLIN };
        return poll.poll_(&end, 1, (int)Math.Max(0, deadline - Environment.TickCount64)) > 0;
    }

    private static void HoldBelow(int pid, List<(int Pid, int Fd)> held)
    {
        try
        {
            foreach (int child in ProcFile.Children("/proc/" + pid.ToString(CultureInfo.InvariantCulture)))
                if (Hold(child, held)) HoldBelow(child, held);
        }
        catch (IOException)
        {
            // It has ended.
        }
    }

    private static bool Hold(int pid, List<(int Pid, int Fd)> held)
    {
        int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (pidfd >= 0) held.Add((pid, pidfd));
        return pidfd >= 0;
    }
}
