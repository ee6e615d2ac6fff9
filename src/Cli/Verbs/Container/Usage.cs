using System.Globalization;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;

namespace Minirun.Cli.Verbs.Container;

/// <summary>
/// What a container has used so far. From its cgroup; without one, as ordinary users have on cgroup version 1, from /proc: then of the
/// processes that live.
/// </summary>
internal sealed record Usage(ulong Cpu, ulong Memory, ulong Limit, ulong Received, ulong Sent, ulong Read, ulong Written, ulong Processes)
{
    private const ulong NanosecondsPerTick = 10_000_000;

    /// <summary>Null when it does not run.</summary>
    public static Usage? Of(EngineContainer container)
    {
        ContainerState state = ContainerRepair.State(container);
        if (state.Pid <= 0) return null;
        var (received, sent) = Network(state.Pid);
        if (ExecutionDrivers.Of(container).Stats(container.Id, state.Pid) is not { Memory.Raw.Count: > 0 } stats)
            return OfProcesses(container) with { Received = received, Sent = sent };
        // What the kernel can drop at once is not counted (docker): inactive_file, of all below in version 1.
        ulong idle = stats.Memory.Raw.TryGetValue("total_inactive_file", out ulong total)
            ? total
            : stats.Memory.Raw.GetValueOrDefault("inactive_file");
        ulong used = stats.Memory.Usage.Usage, machine = Machine(), limit = stats.Memory.Usage.Limit;
        return new Usage(stats.Cpu.Usage.Total, used > idle ? used - idle : used, limit == 0 || limit > machine ? machine : limit, received,
            sent, Sum(stats, "read"), Sum(stats, "write"), stats.Pids.Current);
    }

    private static Usage OfProcesses(EngineContainer container)
    {
        ulong cpu = 0, memory = 0, read = 0, written = 0, processes = 0;
        foreach (int pid in ExecutionDrivers.Of(container).Pids(container.Id))
            try
            {
                string directory = "/proc/" + pid.ToString(CultureInfo.InvariantCulture), stat = ProcFile.Read(directory + "/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                cpu += (Number(fields[11]) + Number(fields[12])) * NanosecondsPerTick;
                // Resident without what files have: else a shared library counts once a process.
                string[] pages = ProcFile.Read(directory + "/statm").Split(' ');
                memory += (Number(pages[1]) - Number(pages[2])) * (ulong)Environment.SystemPageSize;
                processes += Number(fields[17]);
                foreach (string line in ProcFile.Read(directory + "/io").Split('\n'))
                {
                    if (line.StartsWith("read_bytes:", StringComparison.Ordinal)) read += Number(line[11..].Trim());
                    if (line.StartsWith("write_bytes:", StringComparison.Ordinal)) written += Number(line[12..].Trim());
                }
            }
            catch (LinuxException)
            {
                // It ended meanwhile, or lets nobody look.
            }
        return new Usage(cpu, memory, Machine(), 0, 0, read, written, processes);
    }

    /// <summary>Of a network of its own, but for what it says to itself; the machine's is not the container's.</summary>
    private static (ulong Received, ulong Sent) Network(int pid)
    {
        string directory = ProcessIdentity.Directory(pid);
        if (ProcFile.ReadLink(directory + "/ns/net") is not { } own || own == ProcFile.ReadLink("/proc/self/ns/net")) return (0, 0);
        ulong received = 0, sent = 0;
        try
        {
            foreach (string line in ProcFile.Read(directory + "/net/dev").Split('\n'))
            {
                int colon = line.IndexOf(':');
                if (colon < 0 || line[..colon].Trim() == "lo") continue;
                string[] fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                received += Number(fields[0]);
                sent += Number(fields[8]);
            }
        }
        catch (LinuxException)
        {
            // It ended meanwhile.
        }
        return (received, sent);
    }

    private static ulong Sum(CgroupStats stats, string what)
    {
        ulong sum = 0;
        foreach (BlkioEntry entry in stats.Blkio.IoServiceBytesRecursive ?? [])
            if (entry.Op.Equals(what, StringComparison.OrdinalIgnoreCase)) sum += entry.Value;
        return sum;
    }

    public static ulong Machine()
    {
        foreach (string line in ProcFile.Read("/proc/meminfo").Split('\n'))
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
                return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        return 0;
    }

    private static ulong Number(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : 0;
}
