using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>The forms of <c>run</c> that have a golden file: the command line it stands for, its options, its machine.</summary>
internal static class Scenarios
{
    public static readonly Dictionary<string, Func<(string Command, RunOptions Options, TestHost Host)>> All = new()
    {
        ["default-as-root"] = () => ("run busybox true, as root", Options(), TestHost.Root()),
        ["rootless-single"] = () => ("run busybox true, as user 1000 without ranges in /etc/subuid", Options(), TestHost.User()),
        ["rootless-ranges"] = () => ("run busybox true, as user 1000 with ranges", Options(), TestHost.UserWithRanges()),
        ["keep-id"] = () => ("run --userns keep-id, as user 1000 without ranges", Options(o => o.UserNs.Add("keep-id")), TestHost.User()),
        ["keep-id-ranges"] =
            () => ("run --userns keep-id, as user 1000 with ranges", Options(o => o.UserNs.Add("keep-id")), TestHost.UserWithRanges()),
        ["userns-host"] = () => ("run --userns host, as root", Options(o => o.UserNs.Add("host")), TestHost.Root()),
        ["userns-map"] = () => ("run --userns 0:100000:65536, as root", Options(o => o.UserNs.Add("0:100000:65536")), TestHost.Root()),

        // The slides' four stages.
        ["ns-1-user"] = () => ("run --ns user, as user 1000", Options(o => o.OnlyNamespaces = "user"), TestHost.User()),
        ["ns-2-user-pid"] = () => ("run --ns user,pid, as user 1000", Options(o => o.OnlyNamespaces = "user,pid"), TestHost.User()),
        ["ns-3-user-pid-uts"] =
            () => ("run --ns user,pid,uts, as user 1000", Options(o => o.OnlyNamespaces = "user,pid,uts"), TestHost.User()),
        ["ns-4-user-pid-uts-mnt"] =
            () => ("run --ns user,pid,uts,mnt, as user 1000", Options(o => o.OnlyNamespaces = "user,pid,uts,mnt"), TestHost.User()),

        ["net-none"] = () => ("run --net none, as user 1000", Options(o => o.Net = "none"), TestHost.User()),
        ["pid-host"] = () => ("run --pid host, as root", Options(o => o.Pid = "host"), TestHost.Root()),
        ["volumes"] = () => ("run with a volume of each kind, as user 1000", Options(Volumes), TestHost.User()),
        ["volume-rslave"] = () =>
            ("run -v /srv/data:/data:rslave: the tree follows the host, all else is cut off",
                Options(o => o.Mounts.Add(MountFlags.Volume("/srv/data:/data:rslave", "/srv"))), TestHost.Root()),
        ["read-only"] = () => ("run --read-only --tmpfs /tmp", Options(o => { o.ReadOnly = true; o.Mounts.Add(MountFlags.Tmpfs("/tmp")); }),
            TestHost.User()),
        ["ephemeral"] = () => ("run --ephemeral, as user 1000", Options(o => o.Ephemeral = true), TestHost.User()),
        ["init"] = () => ("run --init", Options(o => o.Init = true), TestHost.User()),
        ["tty"] = () => ("run -it, in a terminal", Options(o => o.Tty = true), TestHost.InTerminal()),
        ["tty-false"] = () => ("run --tty=false, in a terminal: the caller's terminal stays, filtered", Options(o => o.Tty = false),
            TestHost.InTerminal()),
        ["fds"] = () => ("LISTEN_FDS=2 run --preserve-fds 1", Options(o => o.PreserveFds = 1), Listening()),
        ["user-and-groups"] = () =>
            ("run -u ada --group-add tty -w /home/ada, as root",
                Options(o => { o.User = "ada"; o.GroupAdd.Add("tty"); o.Workdir = "/home/ada"; }), TestHost.Root()),
        ["privileged"] = () => ("run --privileged, as root", Options(o => o.Privileged = true), TestHost.Root()),
        ["may-mount-userns-host"] = () => ("run --userns host --cap-add SYS_ADMIN, as root: a cgroup of devices",
            Options(o => { o.UserNs.Add("host"); o.CapAdd.Add("SYS_ADMIN"); }), TestHost.Root()),
        ["privileged-user"] =
            () => ("run --privileged, as user 1000: /sys by its parts", Options(o => o.Privileged = true), TestHost.User()),
        ["process"] = () => ("run with limits, umask, nice, cpus, names, environment", Options(Process), TestHost.Root()),
        ["limits"] = () =>
            ("run --memory 64m --device /dev/fuse:r, as root",
                Options(o => { o.Resources = new() { Memory = new() { Limit = 64 << 20 } }; o.Devices.Add("/dev/fuse:r"); }),
                TestHost.Root()),
        ["limits-unified"] = () =>
            ("run --pids-limit 20, as user 1000 on cgroup version 2", Options(o => o.Resources = new() { Pids = new() { Limit = 20 } }),
                TestHost.Unified()),
        ["without"] = () => ("run --without pivot_root,no_new_privs", Options(o => o.Without.AddRange(["pivot_root", "no_new_privs"])),
            TestHost.User()),
        ["detached-life"] = () => ("run --die-with-parent=false", Options(o => o.DieWithParent = false), TestHost.User()),
    };

    private static RunOptions Options(Action<RunOptions>? change = null)
    {
        var options = new RunOptions { Rootfs = "busybox", Command = ["true"] };
        change?.Invoke(options);
        return options;
    }

    private static void Volumes(RunOptions options)
    {
        foreach (string volume in (string[])["/srv/data:/data", "./data:/ro:ro", "/srv/file:/etc/file:nosuid,noexec", "/srv/data:/over:O",
            "/srv/data/sub:/data/sub:bind"])
            options.Mounts.Add(MountFlags.Volume(volume, "/srv"));
        options.Mounts.Add(MountFlags.Mount("type=bind,src=/srv/data,dst=/m,readonly,bind-nonrecursive", "/srv"));
        options.Mounts.Add(MountFlags.Mount("type=tmpfs,dst=/cache,tmpfs-size=64m,tmpfs-mode=700", "/srv"));
        options.Mounts.Add(MountFlags.Mount("type=overlay,source=/srv/data,target=/over2", "/srv"));
        options.Mounts.Add(MountFlags.Tmpfs("/run:size=1m,exec"));
        options.Devices.Add("/dev/fuse");
    }

    private static void Process(RunOptions options)
    {
        options.Ulimits.Add(new OciRlimit { Type = "RLIMIT_NOFILE", Soft = 1024, Hard = ulong.MaxValue });
        options.Umask = 0b000_010_111;
        options.Nice = 5;
        options.CpuSet = "0-1,3";
        options.OomScoreAdj = 500;
        options.Hostname = "web-1";
        options.Domainname = "camp";
        options.CapDrop.Add("ALL");
        options.CapAdd.Add("NET_BIND_SERVICE");
        options.Env.AddRange(["A=1", "A=2", "HOME=/data", "EMPTY=", "CALLERS"]);
    }

    private static TestHost Listening()
    {
        TestHost host = TestHost.User();
        host.Variables["LISTEN_FDS"] = "2";
        return host;
    }
}
