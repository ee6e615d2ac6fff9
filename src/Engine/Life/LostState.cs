using System.Globalization;
using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Linux;

namespace Minirun.Engine.Life;

/// <summary>What is true of a container whose state.json is lost, or is none any more.</summary>
internal static class LostState
{
    private const double TicksPerSecond = 100;

    /// <summary>It runs, if its runtime knows a process that does; else it has ended.</summary>
    public static ContainerState Find(EngineContainer container)
    {
        // Removed meanwhile: nothing was lost.
        if (!Directory.Exists(container.Directory)) return new();
        using HeldContainer? held = FirstProcess.OfRuntime(container);
        return held is null
            ? EngineContainer.Lost()
            : new()
            {
                Status = ContainerState.Running,
                Pid = held.First.Pid,
                StartTime = held.First.StartTime,
                BootId = EngineContainer.BootId(),
                MonitorPid = LivingMonitor.Pid(container),
                StartedAt = Started(held.First.StartTime),
            };
    }

    /// <summary>Of its monitor, who knows better than files that were spoilt: writes down again what is not as it was written.</summary>
    public static void Confirm(EngineContainer container, ContainerState state)
    {
        if (container.Written is null) return;
        if (!container.IsAsWritten) container.Note(state);
        if (container.ReadConfig()?.Id == container.Id) return;
        try
        {
            container.WriteConfig();
        }
        catch (LinuxException)
        {
            // As with the state: what happens, happens.
        }
    }

    private static string Started(ulong ticks)
    {
        double uptime = double.Parse(ProcFile.Read("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        DateTime started = DateTime.UtcNow.AddSeconds((ticks / TicksPerSecond) - uptime);
        return started.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture) + "Z";
    }
}
