using Minirun.Cli.Output;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Verbs.Run;

/// <summary>The cgroup of a foreground container that has limits: made before the clone, removed at the end.</summary>
internal sealed class RunCgroup : IDisposable
{
    private readonly Cgroup _cgroup;
    private readonly OciResources? _limits;
    private Fd _oom = Fd.None;

    private RunCgroup(Cgroup cgroup, OciResources? limits) => (_cgroup, _limits) = (cgroup, limits);

    /// <summary>What the container is shown of it; null while it is not made yet.</summary>
    public IReadOnlyDictionary<string, string>? Directories => _cgroup.Directories;

    public CgroupBirth? Birth => _cgroup.Birth;

    /// <summary>Null when none is asked for: then no cgroup is made, and nothing of this costs any time.</summary>
    /// <exception cref="UserError">A limit cannot be had.</exception>
    public static RunCgroup? Make(RunOptions options, Host host, ContainerSpec spec)
    {
        if (!options.WantsCgroup) return null;
        DefaultSwap(options.Resources?.Memory);
        string name = StaleCgroups.OwnName();
        bool root = host.Uid == 0 && host.OwnUidMap is [{ Size: uint.MaxValue }];
        bool slice = options.CgroupParent is { } given && given.EndsWith(".slice", StringComparison.Ordinal) && !given.Contains('/');
        string? parent = options.CgroupParent?.TrimEnd('/');
        // Where systemd manages the cgroups, others go where it has said that they may; it would wonder about them elsewhere.
        if (root && parent is null) parent = DelegatedCgroup.Find();
        bool bus = parent is null && (root ? Systemd.HasSystemBus() : Systemd.HasUserBus());
        if (parent is null && !bus && Systemd.IsInit())
            Message.Warning(
                $"no {(root ? "system" : "user")} bus to ask systemd for a scope: the container's cgroup is made without it (cgroupfs)");
        CgroupDriver driver = slice || bus ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs;
        string? path = driver == CgroupDriver.Systemd ? $"{(slice ? parent : root ? "system.slice" : "user.slice")}::{name}"
            : parent is not null ? $"{parent}/{name}"
            : root ? "/" + name
            : null;
        if (root && driver == CgroupDriver.Cgroupfs) StaleCgroups.SweepAll(parent is null ? "" : "/" + parent.TrimStart('/'));
        bool rootless = !root || host.IsInUserNamespace;
        var request = new CgroupRequest(name, path, driver, options.Resources, rootless, Required: true, null, null)
        {
            OnlyLimits = true,
            InEvery = spec.NeedsOwnCgroup,
            Warn = Message.Warning,
        };
        Cgroup? cgroup = Cgroup.Create(request);
        if (cgroup is null) throw new UserError("cannot make a cgroup for the container", "`minirun doctor` says what is missing");
        StaleCgroups.Sweep(cgroup.State);
        return new RunCgroup(cgroup, options.Resources);
    }

    public void Enter(int pid)
    {
        _cgroup.Enter(pid);
        // systemd removes a scope as soon as it is empty, and its count with it.
        if (_cgroup.State is { Unit: not null, Paths: var paths } && paths.TryGetValue("", out string? directory)
            && File.Exists(directory + "/memory.events"))
            _oom = new Fd(_cgroup.OpenOomEvents());
    }

    /// <summary>It, and all below it.</summary>
    public void Thaw() => _cgroup.ThawAll();

    /// <summary>After the end: whether the kernel killed for want of memory.</summary>
    public void TellOom(int status)
    {
        if (_cgroup.OomKills == 0 && (status != 128 + signal.SIGKILL || !(_oom.IsOpen && Poller.IsReady(_oom, poll.POLLIN)))) return;
        Message.Warning(OutOfMemory.Text(_limits?.Memory?.Limit, "--memory"));
    }

    public void Dispose()
    {
        _oom.Dispose();
        try
        {
            _cgroup.DeleteWithParents();
        }
        catch (LinuxException error)
        {
            Message.Warning($"cannot remove the container's cgroup: {error.Message}; the next `minirun run` with a limit tries again");
        }
    }

    /// <summary>As docker has it: as much swap again as memory. Where the machine has no swap there is nothing to limit.</summary>
    private static void DefaultSwap(OciMemory? memory)
    {
        if (memory is { Limit: > 0 and var limit, Swap: null } && ProcFile.Read("/proc/swaps").AsSpan().TrimEnd().Contains('\n'))
            memory.Swap = limit * 2;
    }
}
