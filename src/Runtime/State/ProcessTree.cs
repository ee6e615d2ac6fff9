using System.Globalization;
using Minirun.Linux;

namespace Minirun.Runtime.State;

/// <summary>Whose child each process is that /proc shows now.</summary>
internal sealed class ProcessTree
{
    private readonly Dictionary<int, (int Parent, ulong StartTime)> _all = [];

    public ProcessTree()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(directory.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) Add(pid);
    }

    public IReadOnlyCollection<int> Pids => _all.Keys;

    /// <summary>0: it is not seen from here, or none.</summary>
    public int ParentOf(int pid) => _all.TryGetValue(pid, out var found) ? found.Parent : 0;

    /// <summary>0: only its zombie, or none.</summary>
    public ulong StartTimeOf(int pid) => _all.TryGetValue(pid, out var found) ? found.StartTime : 0;

    private void Add(int pid)
    {
        try
        {
            string stat = ProcFile.Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            _all[pid] = (ProcessIdentity.ParseParent(stat), ProcessIdentity.Parse(stat));
        }
        catch (LinuxException)
        {
            // It has ended.
        }
    }
}
