using Minirun.Engine.Life;
using Minirun.Engine.Logs;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.CommandLine;

/// <summary>Every flag of <c>run</c>, in the order of the help.</summary>
internal static class RunOptionTable
{
    private const string Namespaces = "Namespaces", Mounts = "Mounts", Process = "Process",
        Limits = "Limits of the whole container (by a cgroup)", Security = "Security", Lifetime = "Lifetime",
        LivesOn = "A container that lives on (with -d or create)", Connected = "Network of such a container",
        Terminal = "Terminal and descriptors", Seeing = "Seeing it", Files = "Container as a file";

    public static readonly RunOption[] All =
    [
        new("--net", null, "MODE", Namespaces, "network: host (default; a user's with -d: auto; with -p or --ip: root's bridge, "
            + "a user's auto), none (only lo); with the engine auto, "
            + "pasta, slirp4netns, bridge, container:NAME, ns:PATH, or a network's name", NetworkFlags.Mode) { Alias = "--network" },
        new("--pid", null, "MODE", Namespaces, "process ids: private (default) or host", (o, v) => o.Pid = v),
        new("--uts", null, "MODE", Namespaces, "host name: private (default) or host", (o, v) => o.Uts = v),
        new("--ipc", null, "MODE", Namespaces, "System V IPC and POSIX queues: private (default) or host", (o, v) => o.Ipc = v),
        new("--cgroupns", null, "MODE", Namespaces, "cgroup view: private (default) or host", (o, v) => o.CgroupNs = v),
        new("--userns", null, "MODE", Namespaces,
            "user ids: auto (default), host, keep-id, single, or maps INSIDE:OUTSIDE:SIZE (repeatable)", (o, v) => o.UserNs.Add(v)),
        new("--ns", null, "LIST", Namespaces, "only these namespaces, for lessons: user,pid,uts,mnt,ipc,cgroup,net or none",
            (o, v) => o.OnlyNamespaces = v),

        new("--volume", 'v', "SRC:DST[:OPTS]", Mounts,
            "bind a file or directory of the host; options ro, rslave, nosuid, z, O (overlay), …; NAME:DST or DST alone is a volume",
            (o, v) => VolumeFlags.AddVolume(o, v, CurrentDirectory.TryPath)),
        new("--mount", null, "SPEC", Mounts, "type=bind|volume|tmpfs|overlay,source=…,destination=…[,readonly,…]",
            (o, v) => VolumeFlags.AddMount(o, v, CurrentDirectory.TryPath)),
        new("--tmpfs", null, "DST[:OPTS]", Mounts, "an empty file system in memory; options size=64m, mode=1777, exec, …",
            (o, v) => o.Mounts.Add(MountFlags.Tmpfs(v))),
        new("--device", null, "HOST[:DST][:ACCESS]", Mounts, "a device of the host; ACCESS: of r, w, m", (o, v) => o.Devices.Add(v)),
        new("--read-only", null, null, Mounts, "the root file system cannot be written", (o, v) => o.ReadOnly = Flag(v)),
        new("--ephemeral", null, null, Mounts, "all writes go to a throwaway overlay; the root file system stays untouched",
            (o, v) => o.Ephemeral = Flag(v)),

        new("--env", 'e', "NAME[=VALUE]", Process, "set a variable, or pass the caller's on", (o, v) => o.Env.Add(v)),
        new("--env-file", null, "FILE", Process, "variables, one NAME=VALUE a line", (o, v) => o.Env.AddRange(EnvFile.Read(v))),
        new("--clear-env", null, null, Process, "no default variables: only those given", (o, v) => o.ClearEnv = Flag(v)),
        new("--user", 'u', "USER[:GROUP]", Process, "names from the root file system, or numbers", (o, v) => o.User = v),
        new("--group-add", null, "GROUP", Process, "a supplementary group", (o, v) => o.GroupAdd.Add(v)),
        new("--workdir", 'w', "DIR", Process, "working directory, made when missing", (o, v) => o.Workdir = v),
        new("--hostname", 'h', "NAME", Process, "host name (default: the name of the root file system's directory)",
            (o, v) => o.Hostname = HostName.Check(v, "--hostname")),
        new("--domainname", null, "NAME", Process, "NIS domain name", (o, v) => o.Domainname = HostName.Check(v, "--domainname")),
        new("--ulimit", null, "NAME=SOFT[:HARD]", Process, "resource limit: nofile, nproc, core, memlock, …",
            (o, v) => Values.SetUlimit(o, v)),
        new("--umask", null, "OCTAL", Process, "file mode creation mask", (o, v) => o.Umask = Values.Octal(v, "--umask")),
        new("--oom-score-adj", null, "N", Process, "-1000 to 1000: how readily the kernel kills it for memory",
            (o, v) => o.OomScoreAdj = Values.Number(v, "--oom-score-adj", -1000, 1000)),
        new("--nice", null, "N", Process, "-20 to 19: scheduling priority", (o, v) => o.Nice = Values.Number(v, "--nice", -20, 19)),
        new("--cpuset", null, "LIST", Process, "processors to run on: 0-3,7", (o, v) => { CpuSet.Parse(v); o.CpuSet = v; }),

        new("--memory", 'm', "SIZE", Limits, "most memory: 512m, 2g",
            (o, v) => LimitValues.Memory(o).Limit = LimitValues.Size(v, "--memory")),
        new("--memory-swap", null, "SIZE", Limits, "most memory and swap together; -1 for any swap (default: twice --memory)",
            (o, v) => LimitValues.Memory(o).Swap = LimitValues.Size(v, "--memory-swap")),
        new("--memory-reservation", null, "SIZE", Limits, "memory that is left to it when the machine runs short",
            (o, v) => LimitValues.Memory(o).Reservation = LimitValues.Size(v, "--memory-reservation")),
        new("--memory-swappiness", null, "N", Limits, "0 to 100: how readily it is swapped out (cgroup version 1)",
            (o, v) => LimitValues.Memory(o).Swappiness = (ulong)Values.Number(v, "--memory-swappiness", 0, 100)),
        new("--oom-kill-disable", null, null, Limits, "at the limit processes wait rather than die (cgroup version 1)",
            (o, v) => LimitValues.Memory(o).DisableOomKiller = Flag(v)),
        new("--cpus", null, "NUMBER", Limits, "processor time: 1.5 is one and a half processors", (o, v) => LimitValues.Cpus(o, v)),
        new("--cpu-shares", 'c', "N", Limits, "share of the processors when they are short, 2 to 262144; 1024 is usual",
            (o, v) => LimitValues.Cpu(o).Shares = (ulong)Values.Number(v, "--cpu-shares", 2, 262144)),
        new("--cpu-period", null, "US", Limits, "the period of --cpu-quota, 1000 to 1000000 µs",
            (o, v) => LimitValues.Cpu(o).Period = (ulong)Values.Number(v, "--cpu-period", 1000, 1_000_000)),
        new("--cpu-quota", null, "US", Limits, "processor time in each period, from 1000 µs; -1 for any",
            (o, v) => LimitValues.Cpu(o).Quota = LimitValues.Quota(v)),
        new("--cpuset-cpus", null, "LIST", Limits, "processors that it can use at all: 0-3,7",
            (o, v) => LimitValues.Cpu(o).Cpus = LimitValues.List(v, "--cpuset-cpus")),
        new("--cpuset-mems", null, "LIST", Limits, "memory nodes that it can use at all: 0,1",
            (o, v) => LimitValues.Cpu(o).Mems = LimitValues.List(v, "--cpuset-mems")),
        new("--pids-limit", null, "N", Limits, "most processes and threads; -1 for any number", (o, v) => LimitValues.Pids(o, v)),
        new("--blkio-weight", null, "N", Limits, "share of the disks, 10 to 1000",
            (o, v) => LimitValues.Io(o).Weight = (ushort)Values.Number(v, "--blkio-weight", 10, 1000)),
        new("--blkio-weight-device", null, "DEV:N", Limits, "the same of one disk", (o, v) => LimitValues.WeightDevice(o, v)),
        new("--device-read-bps", null, "DEV:SIZE", Limits, "bytes read from a disk a second: /dev/sda:10m",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleReadBpsDevice ??= [], v, "--device-read-bps")),
        new("--device-write-bps", null, "DEV:SIZE", Limits, "bytes written to a disk a second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleWriteBpsDevice ??= [], v, "--device-write-bps")),
        new("--device-read-iops", null, "DEV:N", Limits, "reads from a disk a second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleReadIopsDevice ??= [], v, "--device-read-iops")),
        new("--device-write-iops", null, "DEV:N", Limits, "writes to a disk a second",
            (o, v) => LimitValues.Throttle(LimitValues.Io(o).ThrottleWriteIopsDevice ??= [], v, "--device-write-iops")),
        new("--cgroup-parent", null, "PATH", Limits, "the cgroup, or with systemd the slice, that its own is made in",
            (o, v) => o.CgroupParent = LimitValues.Parent(v)),
        new("--cgroup-conf", null, "FILE=VALUE", Limits, "write to a file of the cgroup (version 2): memory.high=1g",
            (o, v) => LimitValues.Conf(o, v)),

        new("--cap-add", null, "CAP", Security, "add a capability, or ALL", (o, v) => o.CapAdd.AddRange(v.Split(','))),
        new("--cap-drop", null, "CAP", Security, "drop a capability, or ALL", (o, v) => o.CapDrop.AddRange(v.Split(','))),
        new("--privileged", null, null, Security, "all capabilities, nothing hidden, /sys writable", (o, v) => o.Privileged = Flag(v)),
        new("--no-new-privs", null, null, Security, "set-user-ID programs gain nothing (default; =false switches it off)",
            (o, v) => o.NoNewPrivileges = Flag(v)),
        new("--security-opt", null, "OPT", Security, "no-new-privileges[=false], seccomp=unconfined|FILE, apparmor=PROFILE, label=LABEL",
            SecurityOption.Apply),

        new("--init", null, null, Lifetime, "fork-news stays as PID 1: passes signals on and reaps", (o, v) => o.Init = Flag(v)),
        new("--die-with-parent", null, null, Lifetime, "the container dies when minirun dies (default; =false switches it off)",
            (o, v) => o.DieWithParent = Flag(v)),
        new("--timeout", null, "DURATION", Lifetime, "kill the container after 90, 30s, 5m, 1h30m",
            (o, v) => o.Timeout = Values.Duration(v, "--timeout")),
        new("--name", null, "NAME", Lifetime, "a name that no other container of yours has", (o, v) => o.Name = v),
        new("--pidfile", null, "FILE", Lifetime, "write the command's host pid to a file", (o, v) => o.PidFile = v),
        new("--cidfile", null, "FILE", Lifetime, "write the container's id to a new file", (o, v) => o.CidFile = v),
        new("--rm", null, null, Lifetime, "remove it when it has ended: with -d, a volume, or a flag of the next two groups; else nothing "
            + "is left anyway", (o, v) => o.Remove = Flag(v)),
        new("--detach", 'd', null, Lifetime, "it lives on; prints its id: ps, logs, exec, stop, rm are for it",
            (o, v) => o.Detach = Flag(v)),

        Engine("--restart", null, "POLICY", LivesOn, "no, on-failure[:N], always, unless-stopped",
            (o, v) => o.Engine.Config.Restart = EngineValues.Restart(v)),
        Engine("--stop-signal", null, "SIGNAL", LivesOn, "what stop sends (default TERM)",
            (o, v) => o.Engine.Config.StopSignal = EngineValues.StopSignal(v)),
        Engine("--stop-timeout", null, "SECONDS", LivesOn, "how long stop waits before it kills (default 10)",
            (o, v) => o.Engine.Config.StopTimeout = EngineValues.Number(v, "--stop-timeout", -1)),
        Engine("--label", 'l', "NAME[=VALUE]", LivesOn, "a label (repeatable)", (o, v) => EngineValues.Label(v, o.Engine.Config.Labels)),
        Engine("--volume-driver", null, "DRIVER", LivesOn, "who keeps its volumes: local (default), or a plugin",
            (o, v) => o.Engine.VolumeDriver = v),
        Engine("--volumes-from", null, "NAME[:ro]", LivesOn, "all volumes and binds of another container (repeatable)",
            (o, v) => o.Engine.VolumesFrom.Add(v)),
        Engine("--log-driver", null, "DRIVER", LivesOn, "json-file (default), journald, syslog, gelf, fluentd, none, passthrough",
            (o, v) => o.Engine.Config.LogDriver = v),
        Engine("--log-opt", null, "NAME=VALUE", LivesOn, "an option of the log driver: max-size=10m (repeatable)",
            (o, v) => LogConfig.Add(o.Engine.Config.LogOptions, v)),
        Engine("--health-cmd", null, "COMMAND", LivesOn, "a command of its shell that says whether it is well",
            (o, v) => EngineValues.Health(o).Command = v),
        Engine("--health-interval", null, "DURATION", LivesOn, "time between two checks (default 30s)",
            (o, v) => EngineValues.Health(o).Interval = Values.Duration(v, "--health-interval").TotalSeconds),
        Engine("--health-timeout", null, "DURATION", LivesOn, "time that a check may take (default 30s)",
            (o, v) => EngineValues.Health(o).Timeout = Values.Duration(v, "--health-timeout").TotalSeconds),
        Engine("--health-start-period", null, "DURATION", LivesOn, "time in which a failed check does not count",
            (o, v) => EngineValues.Health(o).StartPeriod = Values.Duration(v, "--health-start-period").TotalSeconds),
        Engine("--health-retries", null, "N", LivesOn, "failed checks in a row after which it is unhealthy (default 3)",
            (o, v) => EngineValues.Health(o).Retries = EngineValues.Number(v, "--health-retries", 1)),
        Engine("--detach-keys", null, "KEYS", LivesOn,
            "keys that leave its terminal, and it goes on (default ctrl-p,ctrl-q, where it has a monitor)",
            (o, v) => o.Engine.DetachKeys = DetachKeys.Check(v)),
        Engine("--sdnotify", null, "WHO", LivesOn, "who tells systemd that it is ready: container (default), conmon, healthy, ignore",
            (o, v) => o.Engine.Config.SdNotify = SdNotify.Parse(v)),
        Engine("--runtime", null, "RUNTIME", LivesOn, "who executes it: builtin (default), crun, runc, or the path of an OCI runtime",
            (o, v) => o.Engine.Config.Runtime = v),

        Engine("--publish", 'p', "[[IP:]HOST:]CONTAINER[/udp]", Connected,
            "a port of the host that leads to one of the container's; ranges such as 8000-8009:80-89 (repeatable)",
            (o, v) => o.Engine.Config.Network.Ports.Add(v)),
        Engine("--publish-all", 'P', null, Connected, "publish all ports of --expose on free ones",
            (o, v) => o.Engine.PublishAll = Flag(v)),
        Engine("--expose", null, "PORT[/udp]", Connected, "a port that the container listens on",
            (o, v) => o.Engine.Exposed.Add(NetworkFlags.Exposed(v))),
        Engine("--ip", null, "ADDRESS", Connected, "its address on the network", (o, v) => o.Engine.Config.Network.Ip = v),
        Engine("--network-alias", null, "NAME", Connected, "another name for it on the network (repeatable)",
            (o, v) => o.Engine.Config.Network.Aliases.Add(v), "--net-alias"),
        Engine("--dns", null, "ADDRESS", Connected, "a name server (repeatable)", (o, v) => o.Engine.Config.Network.Dns.Add(v)),
        Engine("--dns-search", null, "DOMAIN", Connected, "a domain that names are looked up in; . for none (repeatable)",
            (o, v) => o.Engine.Config.Network.DnsSearch.Add(v)),
        Engine("--dns-option", null, "OPTION", Connected, "an option of resolv.conf (repeatable)",
            (o, v) => o.Engine.Config.Network.DnsOptions.Add(v), "--dns-opt"),
        Engine("--add-host", null, "NAME:ADDRESS", Connected, "a line of /etc/hosts; host-gateway is the host (repeatable)",
            (o, v) => o.Engine.Config.Network.AddHosts.Add(v)),

        new("--tty", 't', null, Terminal, "a terminal of its own (default when stdin, stdout and stderr are terminals; =false for none)",
            (o, v) => o.Tty = Flag(v)),
        new("--interactive", 'i', null, Terminal, "accepted: stdin always goes in", (o, v) => o.Interactive = Flag(v)),
        new("--preserve-fds", null, "N", Terminal, "descriptors 3 to 2+N go in; all others stay out",
            (o, v) => o.PreserveFds = Values.PreservedFds(v)),

        new("--explain", null, "text|full|json", Seeing,
            "print the plan in phases, run it, and mark each with its time; full: every operation",
            (o, v) => o.Explain = Values.Explain(v)) { ValueIsOptional = true },
        new("--dry-run", null, null, Seeing, "print the plan and run nothing", (o, v) => o.DryRun = Flag(v)),
        new("--step", null, null, Seeing, "wait for Enter before each operation", (o, v) => o.Step = Flag(v)),
        new("--print-spec", null, null, Seeing, "print the OCI config.json it stands for and run nothing", (o, v) => o.PrintSpec = Flag(v)),
        new("--without", null, "OP", Seeing, "leave an operation of the plan out, for lessons", (o, v) => o.Without.AddRange(v.Split(','))),
        new("--require", null, "WHAT", Seeing, "fail rather than fall back: procfs, sysfs", (o, v) => o.Require.Add(Values.Requirement(v))),

        new("--file", 'f', "FILE", Files, "a container as YAML, keys as in a compose service, plus rootfs; flags win", (_, _) => { }),
    ];

    /// <summary>A flag that the engine takes.</summary>
    private static RunOption Engine(
        string name, char? brief, string? value, string group, string help, Action<RunRequest, string> apply, string? alias = null) =>
        new(name, brief, value, group, help, apply) { Alias = alias, IsForEngine = true };

    /// <summary>Finds a flag by its long name or alias.</summary>
    public static RunOption? Find(ReadOnlySpan<char> name)
    {
        foreach (RunOption option in All)
            if (name.SequenceEqual(option.Name) || (option.Alias is { } alias && name.SequenceEqual(alias))) return option;
        return null;
    }

    public static RunOption? Find(char brief)
    {
        foreach (RunOption option in All)
            if (option.Brief == brief) return option;
        return null;
    }

    private static bool Flag(string value) =>
        Truth(value) ?? throw new UserError($"'{value}' is neither true nor false", "write true or false");

    /// <summary>What a switch was set to; null: neither.</summary>
    public static bool? Truth(string value) => value switch
    {
        "true" or "1" or "t" or "T" or "TRUE" or "True" => true,
        "false" or "0" or "f" or "F" or "FALSE" or "False" => false,
        _ => null,
    };
}
