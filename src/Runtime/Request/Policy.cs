using Minirun.Linux;

namespace Minirun.Runtime.Request;

/// <summary>
/// What differs between a container of <c>minirun run</c>, whose document is our own and which minirun minds until it ends, and one that is
/// made of a bundle, whose document is somebody else's and which lives on. It is chosen once, where the specification is made; whoever
/// plans asks for what it says, never for who it is.
/// </summary>
public sealed class Policy
{
    public static Policy Run { get; } = new()
    {
        HintOfReadOnlyRoot = ", or use --ephemeral",
        WhereIdsAreMapped = "--userns",
        HowDirectoryIsGiven = " with --workdir",
        WhyMounted = "as asked for",
        WhyMasked = "hidden: it tells about, or steers, the whole machine",
        WhyPathIsReadOnly = "read-only: kernel settings of the whole machine",
        WhyReadOnly = "--read-only",
        CutsOff = true,
        PropagationOfBinds = sys_mount.MS_PRIVATE,
        HasOwnMounts = true,
        AlwaysFallsBack = true,
        BindsDevices = true,
        HidesAtOnce = true,
    };

    public static Policy Bundle { get; } = new()
    {
        NamesPlaces = true,
        HintOfReadOnlyRoot = "",
        WhereIdsAreMapped = "linux.uidMappings and gidMappings",
        HowDirectoryIsGiven = "",
        WhyMounted = "as the document says",
        WhyMasked = "hidden, as linux.maskedPaths says",
        WhyPathIsReadOnly = "read-only, as linux.readonlyPaths says",
        WhyReadOnly = "root.readonly",
        Background = true,
        WarnsOfRefusals = true,
        UsesCapabilityLists = true,
        Schedules = true,
        OpensSources = true,
        SetsUmask = true,
        PropagationOfBinds = sys_mount.MS_SLAVE,
        FindsPathsInRoot = true,
        MountsInCallersNamespace = true,
    };

    // ---- texts ------------------------------------------------------------------------------------------------------

    /// <summary>Errors begin with the place in the document that they are about: "mounts[2].source: …".</summary>
    public bool NamesPlaces { get; private init; }

    /// <summary>What else helps when something cannot be made in a root file system that cannot be written.</summary>
    public required string HintOfReadOnlyRoot { get; init; }

    /// <summary>Where the map of the user namespace comes from.</summary>
    public required string WhereIdsAreMapped { get; init; }

    /// <summary>How another working directory is given.</summary>
    public required string HowDirectoryIsGiven { get; init; }

    /// <summary>Why what a document asks for is mounted, hidden, or read-only, for --explain.</summary>
    public required string WhyMounted { get; init; }

    public required string WhyMasked { get; init; }

    public required string WhyPathIsReadOnly { get; init; }

    public required string WhyReadOnly { get; init; }

    // ---- life and rights --------------------------------------------------------------------------------------------

    /// <summary>
    /// The container outlives the one that makes it. Else minirun minds it, and where no pid namespace ends all others with the first
    /// process fork-news stays as a guard.
    /// </summary>
    public bool Background { get; private init; }

    /// <summary>Limits, capabilities and groups that the caller cannot give are a warning, not an error.</summary>
    public bool WarnsOfRefusals { get; private init; }

    /// <summary>The document's five lists of capabilities are meant as they are; else one set is, which the specification has.</summary>
    public bool UsesCapabilityLists { get; private init; }

    /// <summary>process.scheduler and process.execCPUAffinity have all of their meaning; else they are --nice and --cpuset.</summary>
    public bool Schedules { get; private init; }

    /// <summary>A umask is set also where none is asked for: engines call us with any.</summary>
    public bool SetsUmask { get; private init; }

    // ---- mounts and devices -----------------------------------------------------------------------------------------------------

    /// <summary>
    /// Mounts are private, and a volume follows the host's only where it asks for that. Else the document's propagation holds, or runc's
    /// rule: what the host mounts appears inside, never the other way round.
    /// </summary>
    public bool CutsOff { get; private init; }

    /// <summary>
    /// What becomes of a bind that would still be one with the host's mounts, and asks for nothing: MS_PRIVATE, MS_SLAVE.
    /// </summary>
    public required int PropagationOfBinds { get; init; }

    /// <summary>Mounts that the user did not ask for are minirun's own, on places of its own.</summary>
    public bool HasOwnMounts { get; private init; }

    /// <summary>
    /// A new procfs or sysfs may be refused; else only in a user namespace, where a mount of the outer container hides a part of it.
    /// </summary>
    public bool AlwaysFallsBack { get; private init; }

    /// <summary>
    /// The host's devices are bound on a /dev of our own, as soon as that is mounted; else nodes are made when all is mounted.
    /// </summary>
    public bool BindsDevices { get; private init; }

    /// <summary>
    /// What is hidden or read-only is so as soon as all is mounted, and only where the host has such a path; else it is last: hooks add to
    /// the root before.
    /// </summary>
    public bool HidesAtOnce { get; private init; }

    /// <summary>
    /// Sources and destinations that lie below the root file system on the host are looked up inside the root, as runc does.
    /// </summary>
    public bool FindsPathsInRoot { get; private init; }

    /// <summary>
    /// The sources of binds are opened by who may reach them, and nodes are made by who may make them, before fork-news runs.
    /// </summary>
    public bool OpensSources { get; private init; }

    /// <summary>Without a mount namespace of the container's own the document's mounts are made in the caller's.</summary>
    public bool MountsInCallersNamespace { get; private init; }
}
