using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.State;

/// <summary>
/// state.json: what is kept of a container from create to delete. Every field may be missing and unknown ones are passed over, so that
/// another version of minirun can read it.
/// </summary>
public sealed class ContainerRecord
{
    public string OciVersion { get; set => field = value ?? ""; } = "";
    public string Id { get; set => field = value ?? ""; } = "";

    /// <summary>The first process; 0 until there is one.</summary>
    public int Pid { get; set; }

    /// <summary>When the first process started, in clock ticks since boot: a pid alone may by now be somebody else's.</summary>
    public ulong StartTime { get; set; }
    public string Bundle { get; set => field = value ?? ""; } = "";
    public string Rootfs { get; set => field = value ?? ""; } = "";

    /// <summary>RFC 3339, UTC.</summary>
    public string Created { get; set => field = value ?? ""; } = "";

    /// <summary>Who created it.</summary>
    public uint OwnerUid { get; set; }
    public Dictionary<string, string>? Annotations { get; set; }
    public CgroupState? Cgroup { get; set; }
    public ResctrlState? Resctrl { get; set; }

    /// <summary>What it mounted in its caller's mount namespace, on <see cref="Rootfs"/>; null: nothing.</summary>
    public HostRootState? HostRoot { get; set; }

    /// <summary>It lives in another's pid namespace: the end of its first process is not the end of the others.</summary>
    public bool SharesPidNamespace { get; set; }

    /// <summary>What was changed by update, on top of the configuration.</summary>
    public OciResources? Updates { get; set; }

    /// <summary>The state as hooks and agents read it.</summary>
    /// <param name="status">One of <see cref="OciState"/>'s words.</param>
    /// <param name="pid">0 where the first process has ended.</param>
    public OciState State(string status, int pid) =>
        new() { OciVersion = OciVersion, Id = Id, Status = status, Pid = pid, Bundle = Bundle, Annotations = Annotations };

    /// <summary>Now, as <see cref="Created"/> says it: with nanoseconds and without closing zeros.</summary>
    public static string Now()
    {
        DateTime now = DateTime.UtcNow;
        string fraction = (now.Ticks % TimeSpan.TicksPerSecond).ToString("D7").TrimEnd('0');
        return now.ToString("yyyy-MM-ddTHH:mm:ss") + (fraction.Length > 0 ? "." + fraction : "") + "Z";
    }
}
