using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>Makes the directories of a container's cgroup in the hierarchies that are needed, and writes its limits.</summary>
internal sealed class CgroupMaker
{
    /// <summary>Where a container that others look after is to be found: its memory for OOM kills, processor and disk for statistics.</summary>
    private static readonly string[] s_expected = ["memory", "cpu", "cpuacct", "blkio", "pids", "devices", "name=systemd"];

    private readonly CgroupRequest _request;
    private readonly Hierarchies _hierarchies;
    private readonly OciResources _resources;
    private readonly List<DeviceRule>? _devices;
    private readonly CgroupState _state;
    private readonly List<string> _made = [];

    public CgroupMaker(CgroupRequest request, Hierarchies hierarchies, CgroupState state)
    {
        _request = request;
        _hierarchies = hierarchies;
        _state = state;
        _resources = request.Resources ?? new();
        // Of a bundle, whose list of devices may be empty, rules are always made; in a user namespace they cannot be.
        bool filters = !request.InUserNamespace && (!request.OnlyLimits || _resources.Devices is { Count: > 0 });
        if (filters && DeviceRules.Of(_resources.Devices) is var rules && rules is not [{ Allow: true, IsEverything: true }]) _devices = rules;
    }

    /// <summary>Whether anything is to be limited.</summary>
    public static bool HasLimits(Hierarchies hierarchies, OciResources? resources) =>
        resources is not null && (CgroupSettings.Of(resources, hierarchies, _ => null).Count > 0 || resources.Unified is { Count: > 0 });

    /// <summary>Makes it all. What was made is removed again when it fails.</summary>
    /// <param name="place">The path in a hierarchy, from the path of our own cgroup there and whether it is of version 2.</param>
    /// <param name="mayExist">It has been made for us, and may have processes.</param>
    /// <exception cref="UserError">A limit that was asked for cannot be had.</exception>
    public void Make(Func<string, bool, string> place, bool mayExist = false)
    {
        try
        {
            // The hierarchies first: what a kernel takes may depend on the files that are there.
            List<Setting> settings = CgroupSettings.Of(_resources, _hierarchies, _ => null);
            List<Setting> unified = V2Limits.Unified(_resources);
            MakeOld(settings, place, mayExist);
            MakeUnified(settings, unified, place, mayExist);
            settings = CgroupSettings.Of(_resources, _hierarchies, _state.Paths.GetValueOrDefault);
            LimitWriter.Write(settings, Directory);
            if (unified.Count > 0) LimitWriter.Write(unified, _ => _state.Paths.GetValueOrDefault(""));
            if (_devices is not null) LimitDevices();
            if (_request.OwnerUid is { } owner && _hierarchies.IsUnified) Delegation.GiveTo(_state.Paths[""], owner);
        }
        catch
        {
            for (int i = _made.Count - 1; i >= 0; i--) CgroupFs.RemoveDirectory(_made[i]);
            throw;
        }
    }

    private string? Directory(string controller) => _state.Paths.TryGetValue(controller, out string? path) ? path : _state.Paths.GetValueOrDefault("");

    private void MakeOld(List<Setting> settings, Func<string, bool, string> place, bool mayExist)
    {
        if (_hierarchies.Old.Count == 0) return;
        HashSet<string> wanted = [];
        foreach (Setting setting in settings)
            if (_hierarchies.Old.ContainsKey(setting.Controller)) wanted.Add(setting.Controller);
        if (_devices is not null) wanted.Add("devices");
        if (_request is { OnlyLimits: false, CgroupsPath: { Length: > 0 } }) wanted.UnionWith(s_expected);
        // Version 2 freezes and kills; where it is not there, only the freezer can.
        if (_hierarchies.Unified is null) wanted.Add("freezer");
        foreach (string controller in wanted)
            if (_hierarchies.Old.TryGetValue(controller, out Hierarchy? hierarchy))
                _state.Paths[controller] = MakeDirectories(hierarchy, place(hierarchy.Own, false), controller, mayExist);
    }

    private void MakeUnified(List<Setting> settings, List<Setting> verbatim, Func<string, bool, string> place, bool mayExist)
    {
        if (_hierarchies.Unified is not { } hierarchy)
        {
            if (verbatim.Count > 0) throw new UserError($"linux.resources.{verbatim[0].Field}: needs cgroup version 2", "it is not mounted here: `minirun doctor` shows what is");
            return;
        }
        string path = place(hierarchy.Own, true);
        var controllers = new ControllerSwitch(hierarchy, _hierarchies);
        foreach (Setting setting in settings)
            if (!_hierarchies.Old.ContainsKey(setting.Controller)) controllers.Need(setting);
        foreach (Setting setting in verbatim) controllers.Need(setting);
        try
        {
            _state.Paths[""] = MakeDirectories(hierarchy, path, "", mayExist);
        }
        catch (UserError) when (_hierarchies.Old.Count > 0 && !controllers.IsNeeded)
        {
            return;   // in a hybrid it only makes things easier
        }
        controllers.Enable(path);
    }

    /// <summary>mkdir -p below the mount point.</summary>
    private string MakeDirectories(Hierarchy hierarchy, string path, string controller, bool mayExist)
    {
        string full = hierarchy.Mount + path;
        int again = 0;
        for (int end = path.IndexOf('/', 1); ; end = path.IndexOf('/', end + 1))
        {
            string each = end < 0 ? full : hierarchy.Mount + path[..end];
            bool tells = end < 0 && !mayExist && _request.Intends is not null && !CgroupFs.Exists(each);
            if (tells) _request.Intends!(each, true);
            int errno = CgroupFs.MakeDirectory(each);
            if (tells && errno == Errno.EEXIST) _request.Intends!(each, false);
            if (errno == Errno.ENOENT && again++ < 10)
            {
                // Somebody who made the parent and thought it empty has just removed it.
                end = 0;
                continue;
            }
            if (errno == 0) _made.Add(each);
            else if (errno != Errno.EEXIST && !CgroupFs.Exists(each)) throw Refused(each, controller, errno);
            else if (end < 0 && Freezer.IsFrozen(each)) throw new UserError($"linux.cgroupsPath: container's cgroup unexpectedly frozen: {each}", "thaw it, or name another: a process that is put there would never run");
            else if (end < 0 && !mayExist && CgroupFs.Read(each + "/cgroup.procs") is { Length: > 0 })
                throw new UserError($"linux.cgroupsPath: container's cgroup is not empty: {each} has processes already", "name a cgroup of the container's own");
            if (controller == "cpuset") Cpuset.Inherit(each);
            if (end >= 0) continue;
            if (_state.Unit is null && _request.Intends is not null) _state.Inodes[controller] = CgroupProof.Inode(full);
            return full;
        }
    }

    /// <summary>Of the directories it made, those above the container's own; the lowest last.</summary>
    public List<string> MadeAbove()
    {
        List<string> above = [];
        foreach (string made in _made)
            if (!_state.Paths.ContainsValue(made)) above.Add(made);
        return above;
    }

    private static UserError Refused(string path, string controller, int errno) => new(
        $"linux.cgroupsPath: cannot make {path}: mkdir: {Errno.Describe(errno)}",
        errno is Errno.EACCES or Errno.EPERM or Errno.EROFS
            ? controller.Length > 0
                ? "limits need a cgroup, and cgroups of version 1 are root's: run it as root, or boot with systemd.unified_cgroup_hierarchy=1"
                : "limits need a cgroup that is yours: systemd-run --user --scope -p Delegate=yes minirun …; `minirun doctor` says more"
            : "`minirun doctor` shows which cgroups this machine has");

    private void LimitDevices()
    {
        if (_state.Paths.TryGetValue("devices", out string? directory))
        {
            foreach (DeviceRule rule in _devices!)
                if (CgroupFs.Write(directory + (rule.Allow ? "/devices.allow" : "/devices.deny"), rule.ToString()) is var failed and not 0)
                    throw new UserError($"linux.resources.devices: cannot write '{rule}' to {directory}: {Errno.Describe(failed)}", "a cgroup cannot allow what the one above it forbids");
            return;
        }
        if (!_state.Paths.TryGetValue("", out directory)) return;
        int errno = DeviceFilter.Attach(directory, DeviceProgram.Assemble(_devices!));
        if (errno != 0)
            throw new UserError($"linux.resources.devices: cannot attach a device program to {directory}: bpf: {Errno.Describe(errno)}", "it needs CAP_BPF and CAP_NET_ADMIN or root, and a kernel with CONFIG_CGROUP_BPF");
    }
}
