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
        LivesOn = "A container that lives on (with -d or create)", Connected = "Network of such a container",
        Terminal = "Terminal and descriptors", Seeing = "Seeing it", Files = "Container as a file";

    public static readonly Flag[] All =
    [
        Row("net", '\0', "MODE", Namespaces,
            "network: host (default; a user's with -d: auto; with -p or --ip: root's bridge, a user's auto), none (only lo); "
            + "with the engine auto, pasta, slirp4netns, bridge, container:NAME, ns:PATH, or a network's name",
            NetworkFlags.Mode, alias: "network", choices: "host none pasta slirp4netns bridge container: ns:"),
        Row("pid", '\0', "MODE", Namespaces, "process ids: private (default) or host", (o, v) => o.Pid = v, choices: "private host"),
        Row("uts", '\0', "MODE", Namespaces, "host name: private (default) or host", (o, v) => o.Uts = v, choices: "private host"),
        Row("ipc", '\0', "MODE", Namespaces, "System V IPC and POSIX queues: private (default) or host", (o, v) => o.Ipc = v,
            choices: "private host"),
        Row("cgroupns", '\0', "MODE", Namespaces, "cgroup view: private (default) or host", (o, v) => o.CgroupNs = v,
            choices: "private host"),
        Row("userns", '\0', "MODE", Namespaces, "user ids: auto (default), host, keep-id, single, or maps INSIDE:OUTSIDE:SIZE",
            (o, v) => o.UserNs.Add(v), repeats: true, choices: "auto host keep-id single"),
        Row("ns", '\0', "LIST", Namespaces, "only these namespaces, for lessons: user,pid,uts,mnt,ipc,cgroup,net or none",
            (o, v) => o.OnlyNamespaces = v, choices: "user user,pid user,pid,uts user,pid,uts,mnt none"),

        Row("volume", 'v', "SRC:DST[:OPTS]", Mounts,
            "bind a file or directory of the host; options ro, rslave, nosuid, z, O (overlay), …; NAME:DST or DST alone is a volume",
            (o, v) => VolumeFlags.AddVolume(o, v, CurrentDirectory.TryPath), repeats: true),
        Row("mount", '\0', "SPEC", Mounts, "type=bind|volume|tmpfs|overlay,source=…,destination=…[,readonly,…]",
            (o, v) => VolumeFlags.AddMount(o, v, CurrentDirectory.TryPath), repeats: true,
            choices: "type=bind,source= type=tmpfs,destination= type=overlay,source="),
        Row("tmpfs", '\0', "DST[:OPTS]", Mounts, "an empty file system in memory; options size=64m, mode=1777, exec, …",
            (o, v) => o.Mounts.Add(MountFlags.Tmpfs(v)), repeats: true),
        Row("device", '\0', "HOST[:DST][:ACCESS]", Mounts, "a device of the host; ACCESS: of r, w, m", (o, v) => o.Devices.Add(v),
            repeats: true),
        Row("read-only", '\0', null, Mounts, "the root file system cannot be written", (o, v) => o.ReadOnly = Truth(v)),
        Row("ephemeral", '\0', null, Mounts, "all writes go to a throwaway overlay; the root file system stays untouched",
            (o, v) => o.Ephemeral = Truth(v)),

        Row("env", 'e', "NAME[=VALUE]", Process, "set a variable, or pass the caller's on", (o, v) => o.Env.Add(v), repeats: true),
        Row("env-file", '\0', "FILE", Process, "variables, one NAME=VALUE a line", (o, v) => o.Env.AddRange(EnvFile.Read(v)),
            repeats: true),
        Row("clear-env", '\0', null, Process, "no default variables: only those given", (o, v) => o.ClearEnv = Truth(v)),
        Row("user", 'u', "USER[:GROUP]", Process, "names from the root file system, or numbers", (o, v) => o.User = v),
        Row("group-add", '\0', "GROUP", Process, "a supplementary group", (o, v) => o.GroupAdd.Add(v), repeats: true),
        Row("workdir", 'w', "DIR", Process, "working directory, made when missing", (o, v) => o.Workdir = v),
        Row("hostname", 'h', "NAME", Process, "host name (default: the name of the root file system's directory)",
            (o, v) => o.Hostname = HostName.Check(v, "--hostname")),
        Row("domainname", '\0', "NAME", Process, "NIS domain name", (o, v) => o.Domainname = HostName.Check(v, "--domainname")),
        Row("ulimit", '\0', "NAME=SOFT[:HARD]", Process, "resource limit: nofile, nproc, core, memlock, …",
            (o, v) => Values.SetUlimit(o, v), repeats: true, choices: "core= cpu= fsize= memlock= nofile= nproc= stack="),
        Row("umask", '\0', "OCTAL", Process, "file mode creation mask", (o, v) => o.Umask = Values.Octal(v, "--umask")),
        Row("oom-score-adj", '\0', "N", Process, "-1000 to 1000: how readily the kernel kills it for memory",
            (o, v) => o.OomScoreAdj = Values.Number(v, "--oom-score-adj", -1000, 1000)),
        Row("nice", '\0', "N", Process, "-20 to 19: scheduling priority", (o, v) => o.Nice = Values.Number(v, "--nice", -20, 19)),
        Row("cpuset", '\0', "LIST", Process, "processors to run on: 0-3,7", (o, v) => { CpuSet.Parse(v); o.CpuSet = v; }),

        Row("memory", 'm', "SIZE", Limits, "most memory: 512m, 2g",
            (o, v) => LimitValues.Memory(o).Limit = LimitValues.Size(v, "--memory")),
        Row("memory-swap", '\0', "SIZE", Limits, "most memory and swap together; -1 for any swap (default: twice --memory)",
            (o, v) => LimitValues.Memory(o).Swap = LimitValues.Size(v, "--memory-swap")),
        Row("memory-reservation", '\0', "SIZE", Limits, "memory that is left to it when the machine runs short",
            (o, v) => LimitValues.Memory(o).Reservation = LimitValues.Size(v, "--memory-reservation")),
        Row("memory-swappiness", '\0', "N", Limits, "0 to 100: how readily it is swapped out (cgroup version 1)",
            (o, v) => LimitValues.Memory(o).Swappiness = (ulong)Values.Number(v, "--memory-swappiness", 0, 100)),
        Row("oom-kill-disable", '\0', null, Limits, "at the limit processes wait rather than die (cgroup version 1)",
            (o, v) => LimitValues.Memory(o).DisableOomKiller = Truth(v)),
        Row("cpus", '\0', "NUMBER", Limits, "processor time: 1.5 is one and a half processors", (o, v) => LimitValues.Cpus(o, v)),
        Row("cpu-shares", 'c', "N", Limits, "share of the processors when they are short, 2 to 262144; 1024 is usual",
            (o, v) => LimitValues.Cpu(o).Shares = (ulong)Values.Number(v, "--cpu-shares", 2, 262144)),
        Row("cpu-period", '\0', "US", Limits, "the period of --cpu-quota, 1000 to 1000000 µs",
            (o, v) => LimitValues.Cpu(o).Period = (ulong)Values.Number(v, "--cpu-period", 1000, 1_000_000)),
        Row("cpu-quota", '\0', "US", Limits, "processor time in each period, from 1000 µs; -1 for any",
            (o, v) => LimitValues.Cpu(o).Quota = LimitValues.Quota(v)),
        Row("cpuset-cpus", '\0', "LIST", Limits, "processors that it can use at all: 0-3,7",
            (o, v) => LimitValues.Cpu(o).Cpus = LimitValues.List(v, "--cpuset-cpus")),
        Row("cpuset-mems", '\0', "LIST", Limits, "memory nodes that it can use at all: 0,1",
            (o, v) => LimitValues.Cpu(o).Mems = LimitValues.List(v, "--cpuset-mems")),
        Row("pids-limit", '\0', "N", Limits, "most processes and threads; -1 for any number", (o, v) => LimitValues.Pids(o, v)),
        Row("blkio-weight", '\0', "N", Limits, "share of the disks, 10 to 1000",
            (o, v) => LimitValues.Io(o).Weight = (ushort)Values.Number(v, "--blkio-weight", 10, 1000)),
        Row("blkio-weight-device", '\0', "DEV:N", Limits, "the same of one disk", (o, v) => LimitValues.WeightDevice(o, v),
            repeats: true),
        Row("device-read-bps", '\0', "DEV:SIZE", Limits, "bytes read from a disk a second: /dev/sda:10m",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleReadBpsDevice ??= [], v, "--device-read-bps"), repeats: true),
        Row("device-write-bps", '\0', "DEV:SIZE", Limits, "bytes written to a disk a second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleWriteBpsDevice ??= [], v, "--device-write-bps"), repeats: true),
        Row("device-read-iops", '\0', "DEV:N", Limits, "reads from a disk a second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleReadIopsDevice ??= [], v, "--device-read-iops"), repeats: true),
        Row("device-write-iops", '\0', "DEV:N", Limits, "writes to a disk a second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleWriteIopsDevice ??= [], v, "--device-write-iops"),
            repeats: true),
        Row("cgroup-parent", '\0', "PATH", Limits, "the cgroup, or with systemd the slice, that its own is made in",
            (o, v) => o.CgroupParent = LimitValues.Parent(v)),
        Row("cgroup-conf", '\0', "FILE=VALUE", Limits, "write to a file of the cgroup (version 2): memory.high=1g",
            (o, v) => LimitValues.Conf(o, v), repeats: true),

        Row("cap-add", '\0', "CAP", Security, "add a capability, or ALL", (o, v) => o.CapAdd.AddRange(v.Split(',')), repeats: true),
        Row("cap-drop", '\0', "CAP", Security, "drop a capability, or ALL", (o, v) => o.CapDrop.AddRange(v.Split(',')),
            repeats: true),
        Row("privileged", '\0', null, Security, "all capabilities, nothing hidden, /sys writable", (o, v) => o.Privileged = Truth(v)),
        Row("no-new-privs", '\0', null, Security, "set-user-ID programs gain nothing (default; =false switches it off)",
            (o, v) => o.NoNewPrivileges = Truth(v)),
        Row("security-opt", '\0', "OPT", Security,
            "no-new-privileges[=false], seccomp=unconfined|FILE, apparmor=PROFILE, label=LABEL", SecurityOption.Apply,
            repeats: true, choices: "no-new-privileges no-new-privileges=false"),

        Row("init", '\0', null, Lifetime, "fork-news stays as PID 1: passes signals on and reaps", (o, v) => o.Init = Truth(v)),
        Row("die-with-parent", '\0', null, Lifetime, "the container dies when minirun dies (default; =false switches it off)",
            (o, v) => o.DieWithParent = Truth(v)),
        Row("timeout", '\0', "DURATION", Lifetime, "kill the container after 90, 30s, 5m, 1h30m",
            (o, v) => o.Timeout = Values.Duration(v, "--timeout")),
        Row("name", '\0', "NAME", Lifetime, "a name that no other container of yours has", (o, v) => o.Name = v),
        Row("pidfile", '\0', "FILE", Lifetime, "write the command's host pid to a file", (o, v) => o.PidFile = v),
        Row("cidfile", '\0', "FILE", Lifetime, "write the container's id to a new file", (o, v) => o.CidFile = v),
        Row("rm", '\0', null, Lifetime,
            "remove it when it has ended: with -d, a volume, or a flag of the next two groups; else nothing " + "is left anyway",
            (o, v) => o.Remove = Truth(v)),
        Row("detach", 'd', null, Lifetime, "it lives on; prints its id: ps, logs, exec, stop, rm are for it",
            (o, v) => o.Detach = Truth(v)),

        Engine("restart", '\0', "POLICY", LivesOn, "no, on-failure[:N], always, unless-stopped",
            (o, v) => o.Engine.Config.Restart = EngineValues.Restart(v)),
        Engine("stop-signal", '\0', "SIGNAL", LivesOn, "what stop sends (default TERM)",
            (o, v) => o.Engine.Config.StopSignal = EngineValues.StopSignal(v)),
        Engine("stop-timeout", '\0', "SECONDS", LivesOn, "how long stop waits before it kills (default 10)",
            (o, v) => o.Engine.Config.StopTimeout = EngineValues.Number(v, "--stop-timeout", -1)),
        Engine("label", 'l', "NAME[=VALUE]", LivesOn, "a label", (o, v) => EngineValues.Label(v, o.Engine.Config.Labels),
            repeats: true),
        Engine("volume-driver", '\0', "DRIVER", LivesOn, "who keeps its volumes: local (default), or a plugin",
            (o, v) => o.Engine.VolumeDriver = v),
        Engine("volumes-from", '\0', "NAME[:ro]", LivesOn, "all volumes and binds of another container",
            (o, v) => o.Engine.VolumesFrom.Add(v), repeats: true),
        Engine("log-driver", '\0', "DRIVER", LivesOn, "json-file (default), journald, syslog, gelf, fluentd, none, passthrough",
            (o, v) => o.Engine.Config.LogDriver = v),
        Engine("log-opt", '\0', "NAME=VALUE", LivesOn, "an option of the log driver: max-size=10m",
            (o, v) => LogConfig.Add(o.Engine.Config.LogOptions, v), repeats: true),
        Engine("health-cmd", '\0', "COMMAND", LivesOn, "a command of its shell that says whether it is well",
            (o, v) => EngineValues.Health(o).Command = v),
        Engine("health-interval", '\0', "DURATION", LivesOn, "time between two checks (default 30s)",
            (o, v) => EngineValues.Health(o).Interval = Values.Duration(v, "--health-interval").TotalSeconds),
        Engine("health-timeout", '\0', "DURATION", LivesOn, "time that a check may take (default 30s)",
            (o, v) => EngineValues.Health(o).Timeout = Values.Duration(v, "--health-timeout").TotalSeconds),
        Engine("health-start-period", '\0', "DURATION", LivesOn, "time in which a failed check does not count",
            (o, v) => EngineValues.Health(o).StartPeriod = Values.Duration(v, "--health-start-period").TotalSeconds),
        Engine("health-retries", '\0', "N", LivesOn, "failed checks in a row after which it is unhealthy (default 3)",
            (o, v) => EngineValues.Health(o).Retries = EngineValues.Number(v, "--health-retries", 1)),
        Engine("detach-keys", '\0', "KEYS", LivesOn,
            "keys that leave its terminal, and it goes on (default ctrl-p,ctrl-q, where it has a monitor)",
            (o, v) => o.Engine.DetachKeys = DetachKeys.Check(v)),
        Engine("sdnotify", '\0', "WHO", LivesOn,
            "who tells systemd that it is ready: container (default), conmon, healthy, ignore",
            (o, v) => o.Engine.Config.SdNotify = SdNotify.Parse(v)),
        Engine("runtime", '\0', "RUNTIME", LivesOn,
            "who executes it: builtin (default), crun, runc, or the path of an OCI runtime", (o, v) => o.Engine.Config.Runtime = v),

        Engine("publish", 'p', "[[IP:]HOST:]CONTAINER[/udp]", Connected,
            "a port of the host that leads to one of the container's; ranges such as 8000-8009:80-89",
            (o, v) => o.Engine.Config.Network.Ports.Add(v), repeats: true),
        Engine("publish-all", 'P', null, Connected, "publish all ports of --expose on free ones",
            (o, v) => o.Engine.PublishAll = Truth(v)),
        Engine("expose", '\0', "PORT[/udp]", Connected, "a port that the container listens on",
            (o, v) => o.Engine.Exposed.Add(NetworkFlags.Exposed(v)), repeats: true),
        Engine("ip", '\0', "ADDRESS", Connected, "its address on the network", (o, v) => o.Engine.Config.Network.Ip = v),
        Engine("network-alias", '\0', "NAME", Connected, "another name for it on the network",
            (o, v) => o.Engine.Config.Network.Aliases.Add(v), alias: "net-alias", repeats: true),
        Engine("dns", '\0', "ADDRESS", Connected, "a name server", (o, v) => o.Engine.Config.Network.Dns.Add(v), repeats: true),
        Engine("dns-search", '\0', "DOMAIN", Connected, "a domain that names are looked up in; . for none",
            (o, v) => o.Engine.Config.Network.DnsSearch.Add(v), repeats: true),
        Engine("dns-option", '\0', "OPTION", Connected, "an option of resolv.conf",
            (o, v) => o.Engine.Config.Network.DnsOptions.Add(v), alias: "dns-opt", repeats: true),
        Engine("add-host", '\0', "NAME:ADDRESS", Connected, "a line of /etc/hosts; host-gateway is the host",
            (o, v) => o.Engine.Config.Network.AddHosts.Add(v), repeats: true),

        Row("tty", 't', null, Terminal,
            "a terminal of its own (default when stdin, stdout and stderr are terminals; =false for none)",
            (o, v) => o.Tty = Truth(v)),
        Row("interactive", 'i', null, Terminal, "accepted: stdin always goes in", (o, v) => o.Interactive = Truth(v)),
        Row("preserve-fds", '\0', "N", Terminal, "descriptors 3 to 2+N go in; all others stay out",
            (o, v) => o.PreserveFds = Values.PreservedFds(v)),

        Row("explain", '\0', "text|full|json", Seeing,
            "print the plan in phases, run it, and mark each with its time; full: every operation",
            (o, v) => o.Explain = Values.Explain(v), valueIsOptional: true, choices: "text full json"),
        Row("dry-run", '\0', null, Seeing, "print the plan and run nothing", (o, v) => o.DryRun = Truth(v)),
        Row("step", '\0', null, Seeing, "wait for Enter before each operation", (o, v) => o.Step = Truth(v)),
        Row("print-spec", '\0', null, Seeing, "print the OCI config.json it stands for and run nothing",
            (o, v) => o.PrintSpec = Truth(v)),
        Row("without", '\0', "OP", Seeing, "leave an operation of the plan out, for lessons",
            (o, v) => o.Without.AddRange(v.Split(',')), repeats: true),
        Row("require", '\0', "WHAT", Seeing, "fail rather than fall back: procfs, sysfs",
            (o, v) => o.Require.Add(Values.Requirement(v)), repeats: true, choices: "procfs sysfs"),

        Row("annotation", '\0', "KEY=TEXT", Files, "an annotation of the OCI document", (o, v) => Values.Annotate(o, v), repeats: true),
        Row("file", 'f', "FILE", Files, "a container as YAML, keys as in a compose service, plus rootfs; flags win", (_, _) => { }),
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
