using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// A container's cgroup as a transient scope of systemd (systemd.scope(5)): systemd makes it around a process that exists.
/// </summary>
internal static class SystemdScope
{
    private const int Deadline = 30_000;

    /// <summary>Chooses unit and bus. False when there is none and none is needed.</summary>
    /// <exception cref="UserError">There is no bus.</exception>
    public static bool Prepare(CgroupRequest request, CgroupState state)
    {
        state.UserBus = request.InUserNamespace || unistd.geteuid() != 0;
        ScopeName name = ScopeName.Parse(request.CgroupsPath, request.Id, state.UserBus);
        state.Unit = name.Unit;
        if (Busctl.IsThere(state.UserBus)) return true;
        throw new UserError($"cannot ask systemd for a cgroup: no {(state.UserBus ? "user" : "system")} bus, or no busctl",
            state.UserBus
                ? "log in with a session of its own (machinectl shell, ssh), or `loginctl enable-linger`; or use --cgroup-manager cgroupfs"
                : "do without systemd: --cgroup-manager cgroupfs, or a path such as --cgroup-parent /jobs");
    }

    /// <summary>Has the scope made around a process; gives its path below the mount points.</summary>
    /// <exception cref="UserError">systemd refuses, or does not do it in time.</exception>
    public static string Start(CgroupRequest request, CgroupState state, int pid)
    {
        ScopeName name = ScopeName.Parse(request.CgroupsPath, request.Id, state.UserBus);
        bool isSlice = name.Unit.EndsWith(".slice", StringComparison.Ordinal);
        bool unified = Hierarchies.Read().IsUnified;
        var properties = new UnitProperties();
        properties.Add("Description", "s", "minirun container " + request.Id);
        properties.Add(isSlice ? "Wants" : "Slice", isSlice ? "as" : "s", isSlice ? ["1", name.Slice] : [name.Slice]);
        if (!isSlice)
        {
            properties.Add("Delegate", "b", "true");
            properties.Add("PIDs", "au", "1", pid.ToString());
        }
        properties.Add("DefaultDependencies", "b", "false");
        properties.Add("CollectMode", "s", "inactive-or-failed");
        foreach (string accounting in (ReadOnlySpan<string>)["CPUAccounting", "MemoryAccounting", "TasksAccounting",
            unified ? "IOAccounting" : "BlockIOAccounting"])
            properties.Add(accounting, "b", "true");
        if (request.Resources is { } resources) properties.AddLimits(resources, unified);
        if (!request.InUserNamespace && (!request.OnlyLimits || request.Resources?.Devices is { Count: > 0 }))
            properties.AddDevices(DeviceRules.Of(request.Resources?.Devices));
        string? error = Busctl.Call(state.UserBus, "StartTransientUnit",
            ["ssa(sv)a(sa(sv))", name.Unit, "fail", properties.Count.ToString(), .. properties.Words, "0"]);
        if (error is not null)
            throw new UserError($"systemd does not make {name.Unit}: {error}",
                $"`systemctl {(state.UserBus ? "--user " : "")}status {name.Unit}` may say more; --cgroup-manager cgroupfs does without "
                    + $"systemd");
        return Await(pid, name.Unit, state.UserBus);
    }

    public static void Update(CgroupState state, OciResources resources, bool unified)
    {
        var properties = new UnitProperties();
        properties.AddLimits(resources, unified);
        if (properties.Count == 0) return;
        string? error = Busctl.Call(state.UserBus, "SetUnitProperties",
            ["sba(sv)", state.Unit!, "true", properties.Count.ToString(), .. properties.Words]);
        if (error is not null)
            throw new UserError($"systemd does not change {state.Unit}: {error}",
                $"`systemctl {(state.UserBus ? "--user " : "")}status {state.Unit}` may say more");
    }

    /// <summary>A scope whose processes are gone ends by itself: an error means that it has.</summary>
    public static void Stop(CgroupState state) => Busctl.Call(state.UserBus, "StopUnit", ["ss", state.Unit!, "replace"]);

    /// <summary>systemd answers when it has put the job into its queue; the process's own record tells when it was moved.</summary>
    private static string Await(int pid, string unit, bool user)
    {
        long end = Environment.TickCount64 + Deadline;
        while (Environment.TickCount64 < end)
        {
            foreach (string line in (CgroupFs.Read("/proc/" + pid + "/cgroup")
                ?? throw new UserError($"the container's process ended before {unit} was made", "was it killed?")).Split(
                '\n'))
                if ((line.StartsWith("0::", StringComparison.Ordinal) || line.Contains(":name=systemd:"))
                    && line.EndsWith("/" + unit, StringComparison.Ordinal))
                    return line[line.LastIndexOf(':')..][1..];
            CgroupTree.Poll(-1, 0, 2);
        }
        throw new UserError($"systemd did not make {unit} in time",
            $"`systemctl {(user ? "--user " : "")}list-jobs` shows what it waits for");
    }
}
