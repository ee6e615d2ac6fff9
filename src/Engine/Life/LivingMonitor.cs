using Minirun.Linux.Calls;
using System.Globalization;
using Minirun.Engine.Attach;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Life;

/// <summary>A container's monitor as a command sees it, found by the lock that it holds: what state.json says may be spoilt.</summary>
internal static class LivingMonitor
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
        using AttachClient? client = AttachClient.TryConnect(container.AttachPath);
        return client?.AwaitWelcome(Patience) == true;
    }

    /// <summary>Lets one that was stopped go on: its container has ended, and it has something to do.</summary>
    public static void Wake(EngineContainer container)
    {
        if (Pid(container) is not (> 0 and var pid)) return;
        using Pidfd? monitor = Pidfd.TryOpen(pid);
        if (monitor is not null && Is(pid, container.Id)) Pidfd.Send(monitor.Descriptor, signal.SIGCONT);
    }

    /// <summary>Kills one that hangs, with the programs that it waits for. What it had made is taken back by who looks next.</summary>
    /// <returns>Those that have not ended in the second after it: the kernel keeps them.</returns>
    public static List<int> Kill(EngineContainer container) => Pid(container) is > 0 and var pid ? Kill(pid, container.Id) : [];

    internal static List<int> Kill(int pid, string id)
    {
        var held = new List<(int Pid, Pidfd Process)>();
        try
        {
            if (!Hold(pid, held) || !Is(pid, id)) return [];
            // Not stopped before: whoever kills us meanwhile would leave it standing still for ever. It goes first, and starts no more of
            // them.
            HoldBelow(pid, held);
            foreach (var (_, process) in held) process.Kill();
            long deadline = Environment.TickCount64 + Patience;
            return [.. held.Where(each => !HasEnded(each.Process, deadline)).Select(each => each.Pid)];
        }
        finally
        {
            foreach (var (_, process) in held) process.Dispose();
        }
    }

    private static bool HasEnded(Pidfd process, long deadline) =>
        process.WaitForEnd((int)Math.Max(0, deadline - Environment.TickCount64));

    private static void HoldBelow(int pid, List<(int Pid, Pidfd Process)> held)
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

    private static bool Hold(int pid, List<(int Pid, Pidfd Process)> held)
    {
        if (Pidfd.TryOpen(pid) is not { } process) return false;
        held.Add((pid, process));
        return true;
    }
}
