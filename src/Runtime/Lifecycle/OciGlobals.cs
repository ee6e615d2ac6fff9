using Minirun.Runtime.Cgroups;

namespace Minirun.Runtime.Lifecycle;

/// <summary>What stands before the verb of minirun-oci and holds for all of them.</summary>
public sealed class OciGlobals
{
    /// <summary>The directory of the containers' states.</summary>
    public string Root { get; set; } = "";

    /// <summary>Somebody named it; else it is the default.</summary>
    public bool RootIsGiven { get; set; }

    /// <summary>The file for messages; null: stderr.</summary>
    public string? Log { get; set; }

    /// <summary>text or json.</summary>
    public string LogFormat { get; set; } = "text";
    public bool Debug { get; set; }

    /// <summary>Errors are for the log alone.</summary>
    public bool Quiet { get; set; }
    public CgroupDriver CgroupManager { get; set; } = CgroupDriver.Cgroupfs;

    /// <summary>Whether cgroup permission errors are passed over; null: when not root.</summary>
    public bool? Rootless { get; set; }

    /// <summary>Takes a line that the user should read, and goes on.</summary>
    public Action<string> Warn { get; set; } = _ => { };

    /// <summary>Takes a line for <c>--debug</c>; null: nobody asked.</summary>
    public Action<string>? Trace { get; set; }
}
