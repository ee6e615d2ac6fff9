using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>
/// From what was asked for to the document that stands for it: the defaults are chosen here, and nowhere else. In two parts, because a
/// child can be started when the first is known.
/// </summary>
public sealed class SpecBuilder
{
    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // In a user namespace overlayfs marks a removed directory with user.overlay.opaque in its upper layer.
    private static readonly Version s_tmpfsHasUserXattrs = new(6, 6);

    private readonly RunOptions _options;
    private readonly Host _host;
    private readonly ContainerUser _user;
    private readonly IdMapChoice _ids;
    private readonly int _listenFds;

    /// <summary>The first part: root file system, namespaces, user and id maps.</summary>
    /// <exception cref="UserError">What was asked for cannot be had.</exception>
    public SpecBuilder(RunOptions options, Host host)
    {
        _options = options;
        _host = host;
        string rootfs = RootfsChoice.Find(options, host);
        ulong namespaces = NamespaceChoice.Choose(options);
        OciResources? resources = DeviceChoice.AddTo(options, host, namespaces);
        NamespaceChoice.RefuseWithout(namespaces, options);
        _user = ContainerUser.Find(options, rootfs, host, namespaces);
        _ids = IdMapChoice.Choose(options, host, namespaces, _user);
        _listenFds = ContainerEnvironment.ListenFds(host);
        var process = new OciProcess { Terminal = WantsTerminal(options, host, namespaces) };
        List<uint>? groups = _ids.CanSetGroups ? _user.Groups : null;
        process.User = new OciUser { Uid = _user.Uid, Gid = _user.Gid, AdditionalGids = groups, Umask = options.Umask };
        Spec = new ContainerSpec
        {
            // What it shows as / is the cgroup that its maker is in: the container's own, which it enters after the clone.
            Namespaces = options.WantsCgroup ? namespaces & ~sched.CLONE_NEWCGROUP : namespaces,
            Unshared = options.WantsCgroup ? namespaces & sched.CLONE_NEWCGROUP : 0,
            MapWith = _ids.Tools,
            MapReason = _ids.Reason,
            DeniesSetgroups = groups is null,
            WantsCgroup = options.WantsCgroup,
            NeedsOwnCgroup = CgroupNeed.Has(options, host, namespaces),
            Ephemeral = options.Ephemeral,
            Init = options.Init,
            RootHasNoDevices = !DeviceChoice.OpensAll(options, host, namespaces),
            DieWithParent = options.DieWithParent,
            PreserveFds = options.PreserveFds + _listenFds,
            Relayed = options.IsMonitored ? 0 : StandardStream.Relayed(host, process, _ids.Uids, _ids.Gids),
            SetsListenPid = _listenFds > 0,
            Require = options.Require,
            ProcFallsBack = !options.Require.Contains("procfs"),
            Warning = options.Ephemeral && (namespaces & sched.CLONE_NEWUSER) != 0 && host.Kernel < s_tmpfsHasUserXattrs
                ? $"--ephemeral: tmpfs has no user.* attributes before Linux {s_tmpfsHasUserXattrs}, so directories of the root file "
                    + $"system cannot be removed in the container"
                : null,
        };
        OciSpec oci = Spec.Oci;
        oci.Root = new OciRoot { Path = rootfs, Readonly = options.ReadOnly };
        foreach (string name in NamespaceSet.OciNames(namespaces)) oci.Linux.Namespaces.Add(new OciNamespace { Type = name });
        oci.Linux.UidMappings = _ids.Uids;
        oci.Linux.GidMappings = _ids.Gids;
        oci.Linux.Resources = resources;
        oci.Process = process;
    }

    public ContainerSpec Spec { get; }

    /// <summary>What of the mounts is prepared before the child starts depends on both parts: the command may mount.</summary>
    public bool MayMount =>
        (CapabilityChoice.Choose(_options, _host, Spec.Namespaces | Spec.Unshared) & 1UL << capability.CAP_SYS_ADMIN) != 0;

    /// <summary>Both parts.</summary>
    /// <exception cref="UserError">What was asked for cannot be had.</exception>
    public static ContainerSpec Build(RunOptions options, Host host) => new SpecBuilder(options, host).Complete();

    /// <summary>The second part: mounts and process.</summary>
    /// <exception cref="UserError">What was asked for cannot be had.</exception>
    public ContainerSpec Complete()
    {
        OciSpec oci = Spec.Oci;
        oci.Hostname = Spec.Has(sched.CLONE_NEWUTS) ? _options.Hostname ?? RootfsChoice.Hostname(oci.Root.Path) : null;
        oci.Domainname = _options.Domainname;
        FillProcess(oci.Process);
        // The socket's place is the /dev of our own. A background container has another, at each start.
        bool ownDev = !_options.IsMonitored && Spec.Has(sched.CLONE_NEWNS)
            && !_options.Mounts.Exists(mount => mount.Destination == "/dev");
        Spec.NotifySocket = ownDev && _host.Environment("NOTIFY_SOCKET") is { Length: > 0 } socket ? socket : null;
        oci.Process.Env = ContainerEnvironment.Build(_options, _host, oci.Root.Path, _user, oci.Hostname, oci.Process.Terminal, _listenFds,
            Spec.NotifySocket is not null);
        if (Spec.RootHasNoDevices) _options.Mounts.ForEach(VolumeFlags.HideDevices);
        Spec.UserMounts = _options.Mounts.ConvertAll(mount => mount.Destination);
        if (Spec.Has(sched.CLONE_NEWNS)) DefaultMounts.Add(oci, _options, _host, Spec.Namespaces, _ids, Spec.CopiedFiles);
        Annotate(oci, _options);
        if (_options is { PrintSpec: true, CgroupParent: { } parent })
            oci.Linux.CgroupsPath = CgroupsPath(parent, _options.Name ?? RootfsChoice.Hostname(oci.Root.Path));
        return Spec;
    }

    private void FillProcess(OciProcess process)
    {
        Spec.Capabilities = CapabilityChoice.Choose(_options, _host, Spec.Namespaces);
        ulong ambient =
            _user.Uid != 0 && _options.CapAdd.Count > 0 ? CapabilitySet.Combine(false, _options.CapAdd, ["ALL"]) & Spec.Capabilities : 0;
        process.Capabilities = CapabilityChoice.Lists(Spec.Capabilities, ambient);
        Spec.Seccomp = SeccompChoice.Choose(_options, _host, Spec.Capabilities);
        // 400 names, which nobody reads but who gets the document: another runtime, or ours by its other name.
        if (_options.PrintSpec || _options.IsMonitored) Spec.Oci.Linux.Seccomp = Spec.Seccomp?.Document();
        process.ConsoleSize = process.Terminal ? _host.TerminalSize : null;
        process.Args = _options.Command.Count + _options.Entrypoint.Count > 0 ? [.. _options.Entrypoint, .. _options.Command] : ["/bin/sh"];
        Spec.CommandBytes =
            _options.CommandBytes is { } bytes ? [.. _options.Entrypoint.Select(System.Text.Encoding.UTF8.GetBytes), .. bytes] : null;
        process.Cwd = Workdir(_options);
        process.NoNewPrivileges = _options.NoNewPrivileges;
        process.ApparmorProfile = _options.Apparmor;
        process.SelinuxLabel = _options.Label == "disable" ? null : _options.Label;
        process.OomScoreAdj = _options.OomScoreAdj;
        process.Rlimits = _options.Ulimits.Count > 0 ? _options.Ulimits : null;
        process.Scheduler = _options.Nice is { } nice ? new OciScheduler { Nice = nice } : null;
        process.ExecCpuAffinity = _options.CpuSet is { } cpus ? new OciCpuAffinity { Initial = cpus } : null;
    }

    /// <summary>For another runtime; our own cgroups have their maker in their name.</summary>
    private static string CgroupsPath(string parent, string name) =>
        parent.EndsWith(".slice", StringComparison.Ordinal) && !parent.Contains('/')
            ? $"{parent}:minirun:{name}"
            : $"{parent.TrimEnd('/')}/{name}";

    /// <summary>A terminal comes from a devpts of the container's own: without that there is none to be had.</summary>
    private static bool WantsTerminal(RunOptions options, Host host, ulong namespaces)
    {
        string? missing = (namespaces & sched.CLONE_NEWNS) == 0 ? "there is no mount namespace"
            : options.Mounts.Exists(mount => mount.Destination is "/dev" or "/dev/pts") ? "a volume takes the place of /dev/pts" : null;
        if (missing is not null && options.Tty == true)
            throw new UserError($"--tty: {missing}, so there is no terminal of the container's own",
                "drop -t; stdin, stdout and stderr go in as they are");
        return missing is null && (options.Tty ?? host.IsOnTerminal);
    }

    private static string Workdir(RunOptions options) => options.Workdir switch
    {
        null or "" => "/",
        ['/', ..] path => path,
        var path => throw new UserError($"--workdir {path}: not an absolute path", $"write -w /{path}"),
    };

    private static void Annotate(OciSpec oci, RunOptions options)
    {
        if (options.Annotations is { } given)
            foreach (var (name, value) in given) (oci.Annotations ??= [])[name] = value;
        if (options.Ephemeral) (oci.Annotations ??= [])["minirun.ephemeral"] = "true";
        if (options.Init) (oci.Annotations ??= [])["minirun.init"] = "true";
        if (options.IsMonitored) (oci.Annotations ??= [])[BundleSpec.Require] = string.Join(',', options.Require);
        if (options.Name is { } own) (oci.Annotations ??= [])["minirun.name"] = own;
    }
}
