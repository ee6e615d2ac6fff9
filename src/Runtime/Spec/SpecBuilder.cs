using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Security;

namespace Minirun.Runtime.Spec;

/// <summary>From what was asked for to the document that stands for it: the defaults are chosen here, and nowhere else.</summary>
public static class SpecBuilder
{
    // In a user namespace overlayfs marks a removed directory with user.overlay.opaque in its upper layer.
    private static readonly Version s_tmpfsHasUserXattrs = new(6, 6);

    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <exception cref="UserError">What was asked for cannot be had.</exception>
    public static ContainerSpec Build(RunOptions options, Host host)
    {
        string rootfs = FindRootfs(options, host);
        ulong namespaces = NamespaceChoice.Choose(options);
        ContainerUser user = ContainerUser.Find(options, rootfs, host, namespaces);
        IdMapChoice ids = IdMapChoice.Choose(options, host, namespaces, user);
        ulong capabilities = Granted(options, host, namespaces);
        bool terminal = WantsTerminal(options, host, namespaces);
        int listenFds = ListenFds(host);

        var oci = new OciSpec
        {
            Hostname = (namespaces & sched.CLONE_NEWUTS) == 0 ? null : options.Hostname ?? DefaultHostname(rootfs),
            Domainname = options.Domainname,
            Root = new OciRoot { Path = rootfs, Readonly = options.ReadOnly },
            Process = new OciProcess
            {
                Terminal = terminal,
                ConsoleSize = terminal ? host.TerminalSize : null,
                Args = options.Command.Count + options.Entrypoint.Count > 0 ? [.. options.Entrypoint, .. options.Command] : ["/bin/sh"],
                Cwd = Workdir(options),
                User = new OciUser { Uid = user.Uid, Gid = user.Gid, AdditionalGids = ids.CanSetGroups ? user.Groups : null, Umask = options.Umask },
                NoNewPrivileges = options.NoNewPrivileges,
                OomScoreAdj = options.OomScoreAdj,
                Rlimits = options.Ulimits.Count > 0 ? options.Ulimits : null,
                Scheduler = options.Nice is { } nice ? new OciScheduler { Nice = nice } : null,
                ExecCpuAffinity = options.CpuSet is { } cpus ? new OciCpuAffinity { Initial = cpus } : null,
                Capabilities = CapabilityLists(capabilities, user.Uid != 0 && options.CapAdd.Count > 0 ? CapabilitySet.Combine(false, options.CapAdd, ["ALL"]) & capabilities : 0),
            },
        };
        oci.Process.Env = ContainerEnvironment.Build(options, host, user, oci.Hostname, terminal, listenFds);
        foreach (string name in NamespaceSet.OciNames(namespaces)) oci.Linux.Namespaces.Add(new OciNamespace { Type = name });
        oci.Linux.UidMappings = ids.Uids;
        oci.Linux.GidMappings = ids.Gids;
        var optional = new List<string>();
        if ((namespaces & sched.CLONE_NEWNS) != 0) DefaultMounts.Add(oci, options, host, namespaces, ids, optional);
        Annotate(oci, options);

        return new ContainerSpec
        {
            Oci = oci,
            CommandBytes = options.CommandBytes is { } bytes ? [.. options.Entrypoint.Select(System.Text.Encoding.UTF8.GetBytes), .. bytes] : null,
            Namespaces = namespaces,
            MapWith = ids.Tools,
            MapReason = ids.Reason,
            Capabilities = capabilities,
            Ephemeral = options.Ephemeral,
            Init = options.Init,
            DieWithParent = options.DieWithParent,
            PreserveFds = options.PreserveFds + listenFds,
            SetsListenPid = listenFds > 0,
            HoldsCallersTerminal = !terminal && (host.IsTerminal(0) || host.IsTerminal(1) || host.IsTerminal(2)),
            OptionalMounts = optional,
            UserMounts = options.Mounts.ConvertAll(mount => mount.Destination),
            Warning = options.Ephemeral && (namespaces & sched.CLONE_NEWUSER) != 0 && host.Kernel < s_tmpfsHasUserXattrs
                ? $"--ephemeral: tmpfs has no user.* attributes before Linux {s_tmpfsHasUserXattrs}, so directories of the root file system cannot be removed in the container"
                : null,
            Require = options.Require,
        };
    }

    private static string FindRootfs(RunOptions options, Host host)
    {
        if (string.IsNullOrEmpty(options.Rootfs))
            throw new UserError("no root file system given", "name a directory that holds one: minirun run ROOTFS [CMD…]; `./build.sh rootfs busybox` makes one");
        string path = Path.GetFullPath(options.Rootfs, host.CurrentDirectory);
        switch (host.FileType(path))
        {
            case sys_stat.S_IFDIR:
                return path;
            case 0:
                throw new UserError($"root file system {options.Rootfs}: no such directory (or no permission to reach it)",
                    "give the path of a directory that holds a root file system; images by name come with a later version");
            default:
                throw new UserError($"root file system {options.Rootfs}: not a directory", "unpack it first: mkdir ROOTFS && tar -C ROOTFS -xf FILE");
        }
    }

    /// <summary>A terminal comes from a devpts of the container's own: without that there is none to be had.</summary>
    private static bool WantsTerminal(RunOptions options, Host host, ulong namespaces)
    {
        string? missing = (namespaces & sched.CLONE_NEWNS) == 0 ? "there is no mount namespace"
            : options.Mounts.Exists(mount => mount.Destination is "/dev" or "/dev/pts") ? "a volume takes the place of /dev/pts" : null;
        if (missing is not null && options.Tty == true)
            throw new UserError($"--tty: {missing}, so there is no terminal of the container's own", "leave -t away; stdin, stdout and stderr go in as they are");
        return missing is null && (options.Tty ?? (host.IsTerminal(0) && host.IsTerminal(1)));
    }

    private static ulong Granted(RunOptions options, Host host, ulong namespaces)
    {
        ulong wanted = CapabilitySet.Combine(options.Privileged, options.CapAdd, options.CapDrop);
        // A new user namespace grants all capabilities over itself; without one there is only what we already have.
        return (namespaces & sched.CLONE_NEWUSER) != 0 ? wanted : wanted & host.Capabilities;
    }

    private static OciCapabilities CapabilityLists(ulong set, ulong ambient)
    {
        List<string> names = CapabilitySet.Names(set);
        return new OciCapabilities { Bounding = names, Effective = names, Permitted = names, Inheritable = CapabilitySet.Names(ambient), Ambient = CapabilitySet.Names(ambient) };
    }

    private static string Workdir(RunOptions options) => options.Workdir switch
    {
        null or "" => "/",
        ['/', ..] path => path,
        var path => throw new UserError($"--workdir {path}: not an absolute path", $"write -w /{path}"),
    };

    /// <summary>The directory's name, with what no host name may have replaced.</summary>
    private static string DefaultHostname(string rootfs)
    {
        char[] letters = Path.GetFileName(rootfs.TrimEnd('/')).ToCharArray();
        for (int i = 0; i < letters.Length; i++)
            if (!char.IsAsciiLetterOrDigit(letters[i]) && letters[i] != '.') letters[i] = '-';
        string name = new string(letters).Trim('-', '.');
        return name.Length == 0 ? "minirun" : name.Length > 63 ? name[..63] : name;
    }

    /// <summary>How many listening sockets systemd's protocol passes to us (sd_listen_fds(3)); 0 when they are for somebody else.</summary>
    private static int ListenFds(Host host)
    {
        if (host.Environment("LISTEN_FDS") is not { } text || !int.TryParse(text, out int count) || count <= 0) return 0;
        return host.Environment("LISTEN_PID") is { } pid && pid != Environment.ProcessId.ToString() ? 0 : count;
    }

    private static void Annotate(OciSpec oci, RunOptions options)
    {
        if (options.Ephemeral) (oci.Annotations ??= [])["minirun.ephemeral"] = "true";
        if (options.Init) (oci.Annotations ??= [])["minirun.init"] = "true";
        if (options.Name is { } name) (oci.Annotations ??= [])["minirun.name"] = name;
    }
}
