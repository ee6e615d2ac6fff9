using Minirun.Engine.Life;
using Minirun.Engine.Logs;
using Minirun.Linux;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.CommandLine;

/// <summary>Every flag of <c>run</c>, in the order of the help.</summary>
internal static class RunFlags
{
    private const string Namespaces = "Namespaces", Mounts = "Mounts", Process = "Process",
        Limits = "Limits of the whole container (by a cgroup)", Security = "Security", Lifetime = "Lifetime",
        Background = "Background containers (-d or create)", Connected = "Network of a background container",
        Terminal = "Terminal and descriptors", Seeing = "Watching and learning", Files = "Container as a file";

    public static readonly Flag[] All =
    [
        Row("net", '\0', "MODE", Namespaces,
            "network: host (default; auto for a user's -d; with -p or --ip: bridge for root, auto for a user), none (only lo); "
            + "or in the engine: auto, pasta, slirp4netns, bridge, container:NAME, ns:PATH, or the name of a network",
            NetworkFlags.Mode, alias: "network", choices: "host none pasta slirp4netns bridge container: ns:"),
        Row("pid", '\0', "MODE", Namespaces, "process ids: private (default) or host", (o, v) => o.Pid = v, choices: "private host"),
        Row("uts", '\0', "MODE", Namespaces, "host name: private (default) or host", (o, v) => o.Uts = v, choices: "private host"),
        Row("ipc", '\0', "MODE", Namespaces, "System V IPC and POSIX queues: private (default) or host", (o, v) => o.Ipc = v,
            choices: "private host"),
        Row("cgroupns", '\0', "MODE", Namespaces, "cgroup view: private (default) or host", (o, v) => o.CgroupNs = v,
            choices: "private host"),
        Row("userns", '\0', "MODE", Namespaces, "user ids: auto (default), host, keep-id, single, or maps INSIDE:OUTSIDE:SIZE",
            (o, v) => o.UserNs.Add(v), repeats: true, choices: "auto host keep-id single"),
        Row("ns", '\0', "LIST", Namespaces, "use only these namespaces (for lessons): user,pid,uts,mnt,ipc,cgroup,net or none",
            (o, v) => o.OnlyNamespaces = v, choices: "user user,pid user,pid,uts user,pid,uts,mnt none"),

        Row("volume", 'v', "SRC:DST[:OPTS]", Mounts,
            "bind mount a file or directory of the host; options ro, rslave, nosuid, z, O (overlay), …; NAME:DST or DST alone: a volume",
            (o, v) => VolumeFlags.AddVolume(o, v, CurrentDirectory.TryPath), repeats: true),
        Row("mount", '\0', "SPEC", Mounts, "type=bind|volume|tmpfs|overlay,source=…,destination=…[,readonly,…]",
            (o, v) => VolumeFlags.AddMount(o, v, CurrentDirectory.TryPath), repeats: true,
            choices: "type=bind,source= type=tmpfs,destination= type=overlay,source="),
        Row("tmpfs", '\0', "DST[:OPTS]", Mounts, "mount an empty file system in memory; options size=64m, mode=1777, exec, …",
            (o, v) => o.Mounts.Add(MountFlags.Tmpfs(v)), repeats: true),
        Row("device", '\0', "HOST[:DST][:ACCESS]", Mounts, "add a device of the host; ACCESS is made of r, w and m",
            (o, v) => o.Devices.Add(v),
            repeats: true),
        Row("read-only", '\0', null, Mounts, "make the root file system read-only", (o, v) => o.ReadOnly = Truth(v)),
        Row("ephemeral", '\0', null, Mounts, "write to a throwaway overlay; the root file system stays untouched",
            (o, v) => o.Ephemeral = Truth(v)),

        Row("env", 'e', "NAME[=VALUE]", Process, "set a variable, or pass on the caller's", (o, v) => o.Env.Add(v), repeats: true),
        Row("env-file", '\0', "FILE", Process, "read variables from a file, one NAME=VALUE per line",
            (o, v) => o.Env.AddRange(EnvFile.Read(v)),
            repeats: true),
        Row("clear-env", '\0', null, Process, "set no default variables, only those given", (o, v) => o.ClearEnv = Truth(v)),
        Row("user", 'u', "USER[:GROUP]", Process, "names from the root file system, or numbers", (o, v) => o.User = v),
        Row("group-add", '\0', "GROUP", Process, "add a supplementary group", (o, v) => o.GroupAdd.Add(v), repeats: true),
        Row("workdir", 'w', "DIR", Process, "working directory; created when missing", (o, v) => o.Workdir = v),
        Row("hostname", 'h', "NAME", Process, "host name (default: the name of the root file system's directory)",
            (o, v) => o.Hostname = HostName.Check(v, "--hostname")),
        Row("domainname", '\0', "NAME", Process, "NIS domain name", (o, v) => o.Domainname = HostName.Check(v, "--domainname")),
        Row("ulimit", '\0', "NAME=SOFT[:HARD]", Process, "resource limit: nofile, nproc, core, memlock, …",
            (o, v) => Values.SetUlimit(o, v), repeats: true, choices: "core= cpu= fsize= memlock= nofile= nproc= stack="),
        Row("umask", '\0', "OCTAL", Process, "file mode creation mask", (o, v) => o.Umask = Values.Octal(v, "--umask")),
        Row("oom-score-adj", '\0', "N", Process, "how readily the kernel kills it when memory runs out, -1000 to 1000",
            (o, v) => o.OomScoreAdj = Values.Number(v, "--oom-score-adj", -1000, 1000)),
        Row("nice", '\0', "N", Process, "scheduling priority, -20 (first) to 19 (last)",
            (o, v) => o.Nice = Values.Number(v, "--nice", -20, 19)),
        Row("cpuset", '\0', "LIST", Process, "processors to run on: 0-3,7", (o, v) => { CpuSet.Parse(v); o.CpuSet = v; }),

        Row("memory", 'm', "SIZE", Limits, "memory limit: 512m, 2g",
            (o, v) => LimitValues.Memory(o).Limit = LimitValues.Size(v, "--memory")),
        Row("memory-swap", '\0', "SIZE", Limits, "limit of memory plus swap; -1 for unlimited swap (default: twice --memory)",
            (o, v) => LimitValues.Memory(o).Swap = LimitValues.Size(v, "--memory-swap")),
        Row("memory-reservation", '\0', "SIZE", Limits, "memory it keeps when the machine runs short (soft limit)",
            (o, v) => LimitValues.Memory(o).Reservation = LimitValues.Size(v, "--memory-reservation")),
        Row("memory-swappiness", '\0', "N", Limits, "how readily it is swapped out, 0 to 100 (cgroup v1)",
            (o, v) => LimitValues.Memory(o).Swappiness = (ulong)Values.Number(v, "--memory-swappiness", 0, 100)),
        Row("oom-kill-disable", '\0', null, Limits, "at the memory limit, processes wait instead of being killed (cgroup v1)",
            (o, v) => LimitValues.Memory(o).DisableOomKiller = Truth(v)),
        Row("cpus", '\0', "NUMBER", Limits, "number of processors: 1.5 is one and a half", (o, v) => LimitValues.Cpus(o, v)),
        Row("cpu-shares", 'c', "N", Limits, "relative share of the processors, 2 to 262144 (usual: 1024)",
            (o, v) => LimitValues.Cpu(o).Shares = (ulong)Values.Number(v, "--cpu-shares", 2, 262144)),
        Row("cpu-period", '\0', "US", Limits, "period of --cpu-quota in µs, 1000 to 1000000",
            (o, v) => LimitValues.Cpu(o).Period = (ulong)Values.Number(v, "--cpu-period", 1000, 1_000_000)),
        Row("cpu-quota", '\0', "US", Limits, "processor time per period in µs, at least 1000; -1 for no limit",
            (o, v) => LimitValues.Cpu(o).Quota = LimitValues.Quota(v)),
        Row("cpuset-cpus", '\0', "LIST", Limits, "processors it may use: 0-3,7",
            (o, v) => LimitValues.Cpu(o).Cpus = LimitValues.List(v, "--cpuset-cpus")),
        Row("cpuset-mems", '\0', "LIST", Limits, "memory nodes it may use: 0,1",
            (o, v) => LimitValues.Cpu(o).Mems = LimitValues.List(v, "--cpuset-mems")),
        Row("pids-limit", '\0', "N", Limits, "limit of processes and threads; -1 for no limit", (o, v) => LimitValues.Pids(o, v)),
        Row("blkio-weight", '\0', "N", Limits, "relative share of disk I/O, 10 to 1000",
            (o, v) => LimitValues.Io(o).Weight = (ushort)Values.Number(v, "--blkio-weight", 10, 1000)),
        Row("blkio-weight-device", '\0', "DEV:N", Limits, "the same for one disk", (o, v) => LimitValues.WeightDevice(o, v),
            repeats: true),
        Row("device-read-bps", '\0', "DEV:SIZE", Limits, "limit of bytes read from a disk per second: /dev/sda:10m",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleReadBpsDevice ??= [], v, "--device-read-bps"), repeats: true),
        Row("device-write-bps", '\0', "DEV:SIZE", Limits, "limit of bytes written to a disk per second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleWriteBpsDevice ??= [], v, "--device-write-bps"), repeats: true),
        Row("device-read-iops", '\0', "DEV:N", Limits, "limit of reads from a disk per second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleReadIopsDevice ??= [], v, "--device-read-iops"), repeats: true),
        Row("device-write-iops", '\0', "DEV:N", Limits, "limit of writes to a disk per second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleWriteIopsDevice ??= [], v, "--device-write-iops"),
            repeats: true),
        Row("cgroup-parent", '\0', "PATH", Limits, "parent of its cgroup; with systemd, a slice",
            (o, v) => o.CgroupParent = LimitValues.Parent(v)),
        Row("cgroup-conf", '\0', "FILE=VALUE", Limits, "write to a file of its cgroup (v2): memory.high=1g",
            (o, v) => LimitValues.Conf(o, v), repeats: true),

        Row("cap-add", '\0', "CAP", Security, "add a capability, or ALL", (o, v) => o.CapAdd.AddRange(v.Split(',')), repeats: true),
        Row("cap-drop", '\0', "CAP", Security, "drop a capability, or ALL", (o, v) => o.CapDrop.AddRange(v.Split(',')),
            repeats: true),
        Row("privileged", '\0', null, Security, "give all capabilities, hide nothing, make /sys writable",
            (o, v) => o.Privileged = Truth(v)),
        Row("no-new-privs", '\0', null, Security, "set-user-ID programs gain no privileges (default; =false turns it off)",
            (o, v) => o.NoNewPrivileges = Truth(v)),
        Row("security-opt", '\0', "OPT", Security,
            "no-new-privileges[=false], seccomp=unconfined|FILE, apparmor=PROFILE, label=LABEL", SecurityOption.Apply,
            repeats: true, choices: "no-new-privileges no-new-privileges=false"),

        Row("init", '\0', null, Lifetime, "keep fork-news as PID 1: it passes on signals and reaps zombies", (o, v) => o.Init = Truth(v)),
        Row("die-with-parent", '\0', null, Lifetime, "kill the container when minirun dies (default; =false turns it off)",
            (o, v) => o.DieWithParent = Truth(v)),
        Row("timeout", '\0', "DURATION", Lifetime, "kill the container after this time: 90, 30s, 5m, 1h30m",
            (o, v) => o.Timeout = Values.Duration(v, "--timeout")),
        Row("name", '\0', "NAME", Lifetime, "name the container", (o, v) => o.Name = v),
        Row("pidfile", '\0', "FILE", Lifetime, "write the pid of the command, as the host sees it, to a file", (o, v) => o.PidFile = v),
        Row("cidfile", '\0', "FILE", Lifetime, "write the id of the container to a new file", (o, v) => o.CidFile = v),
        Row("rm", '\0', null, Lifetime,
            "remove the container when it has exited (without -d, a volume or a flag of the next two groups nothing is left anyway)",
            (o, v) => o.Remove = Truth(v)),
        Row("detach", 'd', null, Lifetime, "run it in the background and print its id; see ps, logs, exec, stop, rm",
            (o, v) => o.Detach = Truth(v)),

        Engine("restart", '\0', "POLICY", Background, "no, on-failure[:N], always, unless-stopped",
            (o, v) => o.Engine.Config.Restart = EngineValues.Restart(v)),
        Engine("stop-signal", '\0', "SIGNAL", Background, "signal that stop sends (default TERM)",
            (o, v) => o.Engine.Config.StopSignal = EngineValues.StopSignal(v)),
        Engine("stop-timeout", '\0', "SECONDS", Background, "how long stop waits before it sends SIGKILL (default 10)",
            (o, v) => o.Engine.Config.StopTimeout = EngineValues.Number(v, "--stop-timeout", -1)),
        Engine("label", 'l', "NAME[=VALUE]", Background, "add a label", (o, v) => EngineValues.Label(v, o.Engine.Config.Labels),
            repeats: true),
        Engine("volume-driver", '\0', "DRIVER", Background, "driver of its volumes: local (default), or a plugin",
            (o, v) => o.Engine.VolumeDriver = v),
        Engine("volumes-from", '\0', "NAME[:ro]", Background, "mount all volumes and binds of another container",
            (o, v) => o.Engine.VolumesFrom.Add(v), repeats: true),
        Engine("log-driver", '\0', "DRIVER", Background, "json-file (default), journald, syslog, gelf, fluentd, none, passthrough",
            (o, v) => o.Engine.Config.LogDriver = v),
        Engine("log-opt", '\0', "NAME=VALUE", Background, "set an option of the log driver: max-size=10m",
            (o, v) => LogConfig.Add(o.Engine.Config.LogOptions, v), repeats: true),
        Engine("health-cmd", '\0', "COMMAND", Background, "check its health with this command, run by its shell",
            (o, v) => EngineValues.Health(o).Command = v),
        Engine("health-interval", '\0', "DURATION", Background, "time between two health checks (default 30s)",
            (o, v) => EngineValues.Health(o).Interval = Values.Duration(v, "--health-interval").TotalSeconds),
        Engine("health-timeout", '\0', "DURATION", Background, "time one health check may take (default 30s)",
            (o, v) => EngineValues.Health(o).Timeout = Values.Duration(v, "--health-timeout").TotalSeconds),
        Engine("health-start-period", '\0', "DURATION", Background, "time after the start in which a failed check does not count",
            (o, v) => EngineValues.Health(o).StartPeriod = Values.Duration(v, "--health-start-period").TotalSeconds),
        Engine("health-retries", '\0', "N", Background, "consecutive failed checks that make it unhealthy (default 3)",
            (o, v) => EngineValues.Health(o).Retries = EngineValues.Number(v, "--health-retries", 1)),
        Engine("detach-keys", '\0', "KEYS", Background,
            "keys that detach from its terminal (default ctrl-p,ctrl-q)",
            (o, v) => o.DetachKeys = DetachKeys.Check(v)),
        Engine("sdnotify", '\0', "WHO", Background,
            "what tells systemd that it is ready: container (default), conmon, healthy, ignore",
            (o, v) => o.Engine.Config.SdNotify = SdNotify.Parse(v)),
        Engine("runtime", '\0', "RUNTIME", Background,
            "OCI runtime: builtin (default), crun, runc, or the path of one", (o, v) => o.Engine.Config.Runtime = v),

        Engine("publish", 'p', "[[IP:]HOST:]CONTAINER[/udp]", Connected,
            "publish a port of the container on the host; also ranges: 8000-8009:80-89",
            (o, v) => o.Engine.Config.Network.Ports.Add(v), repeats: true),
        Engine("publish-all", 'P', null, Connected, "publish all exposed ports on free ports of the host",
            (o, v) => o.Engine.PublishAll = Truth(v)),
        Engine("expose", '\0', "PORT[/udp]", Connected, "expose a port of the container",
            (o, v) => o.Engine.Exposed.Add(NetworkFlags.Exposed(v)), repeats: true),
        Engine("ip", '\0', "ADDRESS", Connected, "its IP address on the network", (o, v) => o.Engine.Config.Network.Ip = v),
        Engine("network-alias", '\0', "NAME", Connected, "add a name for it on the network",
            (o, v) => o.Engine.Config.Network.Aliases.Add(v), alias: "net-alias", repeats: true),
        Engine("dns", '\0', "ADDRESS", Connected, "use a name server", (o, v) => o.Engine.Config.Network.Dns.Add(v), repeats: true),
        Engine("dns-search", '\0', "DOMAIN", Connected, "add a search domain; . for none",
            (o, v) => o.Engine.Config.Network.DnsSearch.Add(v), repeats: true),
        Engine("dns-option", '\0', "OPTION", Connected, "add an option to resolv.conf",
            (o, v) => o.Engine.Config.Network.DnsOptions.Add(v), alias: "dns-opt", repeats: true),
        Engine("add-host", '\0', "NAME:ADDRESS", Connected, "add a line to /etc/hosts; host-gateway stands for the host",
            (o, v) => o.Engine.Config.Network.AddHosts.Add(v), repeats: true),

        Row("tty", 't', null, Terminal,
            "allocate a terminal (default when stdin, stdout and stderr are terminals; =false for none)",
            (o, v) => o.Tty = Truth(v)),
        Row("interactive", 'i', null, Terminal, "accepted: stdin is always connected", (o, v) => o.Interactive = Truth(v)),
        Row("preserve-fds", '\0', "N", Terminal, "pass descriptors 3 to 2+N to the command; all others stay closed",
            (o, v) => o.PreserveFds = Values.PreservedFds(v)),

        Row("explain", '\0', "text|full|json", Seeing,
            "print the plan in phases, run it, and show the time of each; full: every operation",
            (o, v) => o.Explain = Values.Explain(v), valueIsOptional: true, choices: "text full json"),
        Row("dry-run", '\0', null, Seeing, "print the plan and run nothing", (o, v) => o.DryRun = Truth(v)),
        Row("step", '\0', null, Seeing, "wait for Enter before each operation; s, m and q look inside", (o, v) => o.Step = Truth(v)),
        Row("print-spec", '\0', null, Seeing, "print the flags as an OCI config.json and run nothing",
            (o, v) => o.PrintSpec = Truth(v)),
        Row("without", '\0', "OP", Seeing, "leave out an operation of the plan (for lessons)",
            (o, v) => o.Without.AddRange(v.Split(',')), repeats: true),
        Row("require", '\0', "WHAT", Seeing, "fail instead of falling back: procfs, sysfs",
            (o, v) => o.Require.Add(Values.Requirement(v)), repeats: true, choices: "procfs sysfs"),

        Row("annotation", '\0', "KEY=TEXT", Files, "add an annotation to the OCI document", (o, v) => Values.Annotate(o, v), repeats: true),
        Row("file", 'f', "FILE", Files, "read the container from YAML: keys of a compose service, plus rootfs; flags win", (_, _) => { }),
    ];

    /// <summary>Finds a flag by its name as it is typed: --net, --network.</summary>
    public static Flag? Find(ReadOnlySpan<char> typed)
    {
        if (!typed.StartsWith("--")) return null;
        foreach (Flag flag in All)
            if (flag.Is(typed[2..])) return flag;
        return null;
    }

    public static Flag? Find(char letter)
    {
        foreach (Flag flag in All)
            if (flag.Letter == letter) return flag;
        return null;
    }

    private static Flag Row(
        string name, char letter, string? value, string group, string help, Action<RunRequest, string> take,
        string? alias = null, bool repeats = false, string choices = "", bool valueIsOptional = false, bool isForEngine = false) =>
        new(name, letter, value, help)
        {
            Group = group,
            Take = take,
            IsForEngine = isForEngine,
            Alias = alias,
            Repeats = repeats,
            Choices = choices,
            ValueIsOptional = valueIsOptional,
        };

    /// <summary>A flag that the engine takes.</summary>
    private static Flag Engine(
        string name, char letter, string? value, string group, string help, Action<RunRequest, string> take,
        string? alias = null, bool repeats = false) =>
        Row(name, letter, value, group, help, take, alias, repeats, isForEngine: true);

    private static bool Truth(string value) => value == "true";
}
