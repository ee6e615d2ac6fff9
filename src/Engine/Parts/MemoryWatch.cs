using System.Text;
using Minirun.Engine.Events;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Cgroups;

namespace Minirun.Engine.Parts;

/// <summary>
/// Processes of a container that the kernel killed for want of memory, as its cgroup counts them. The file is held open and read at each
/// change: systemd removes a scope as soon as it is empty, and the count with it.
/// </summary>
internal sealed class MemoryWatch : IDisposable
{
    private bool _nearLimit;

    private readonly Cgroup _cgroup;

    private readonly EngineContainer _container;

    private readonly Fd _file;

    private MemoryWatch(EngineContainer container, Cgroup cgroup, Fd file) => (_container, _cgroup, _file) = (container, cgroup, file);

    /// <summary>-1: there is nothing to read (any more).</summary>
    public int Descriptor => _file;

    /// <summary>Else it is read at the end only (version 1).</summary>
    public bool Tells => !_cgroup.State.Paths.ContainsKey("memory");

    private long Kills { get; set; }

    /// <summary>Of the container with this first process; null when its memory is in no cgroup of its own.</summary>
    public static MemoryWatch? Of(int pid, EngineContainer container)
    {
        if (ProcessCgroup.Find(pid, container.Id) is not { } cgroup) return null;
        bool old = cgroup.State.Paths.TryGetValue("memory", out string? directory);
        if (!old && !cgroup.State.Paths.TryGetValue("", out directory)) return null;
        Fd file = Fd.TryOpen(directory + (old ? "/memory.oom_control" : "/memory.events"), fcntl.O_RDONLY);
        return file.IsOpen ? new MemoryWatch(container, cgroup, file) : null;
    }

    /// <summary>Reads the count. Gives whether the state says something new.</summary>
    public bool Read(ContainerState state)
    {
        if (!_file.IsOpen) return false;
        Span<byte> bytes = stackalloc byte[512];
        int length = Io.Read(_file, bytes, offset: 0);
        if (length < 0)
        {
            // Its cgroup is gone. It would be readable for ever.
            Dispose();
            return false;
        }
        string text = Encoding.ASCII.GetString(bytes[..length]);
        _nearLimit |= Count(text, "max") > 0;
        Kills = Math.Max(Kills, Count(text, "oom_kill"));
        return Tell(state);
    }

    private bool Tell(ContainerState state)
    {
        if (Kills == 0 || state.OomKilled) return false;
        state.OomKilled = true;
        EngineEvents.Add(_container, "oom");
        return true;
    }

    /// <summary>At the end, when the kill was quicker than we were: it died of SIGKILL at its limit.</summary>
    /// <param name="killed">By SIGKILL, and not by one of ours.</param>
    public MemoryHistory Conclude(bool killed, ContainerState state)
    {
        Read(state);
        if (Kills == 0 && Descriptor < 0 && killed && _nearLimit) Kills = 1;
        Tell(state);
        var (peak, limit) = _cgroup.MemoryPeak;
        return new(Kills, peak, limit);
    }

    public void Dispose() => _file.Dispose();

    internal static long Count(string text, string key)
    {
        foreach (string line in text.Split('\n'))
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ' '
                && long.TryParse(line.AsSpan(key.Length + 1), System.Globalization.CultureInfo.InvariantCulture, out long count))
                return count;
        return 0;
    }
}
