using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// Makes the directories of a container's cgroup in every hierarchy, and writes its limits. In every one, limits or not: where a
/// container has no cgroup of its own it is in its caller's, with others who can be frozen with it, and whom it may freeze.
/// </summary>
internal sealed class CgroupMaker
{
    private readonly CgroupRequest _request;
    private readonly Hierarchies _hierarchies;
    private readonly OciResources _resources;
    private readonly List<DeviceRule>? _devices;
    private readonly CgroupState _state;
    private readonly CgroupDirectories _directories;

    public CgroupMaker(CgroupRequest request, Hierarchies hierarchies, CgroupState state)
    {
        _request = request;
        _hierarchies = hierarchies;
        _state = state;
        _resources = request.Resources ?? new();
        _directories = new(request);
        // Of a bundle, whose list of devices may be empty, rules are always made; in a user namespace they cannot be.
        bool filters = !request.InUserNamespace && (!request.OnlyLimits || _resources.Devices is { Count: > 0 });
        if (filters && DeviceRules.Of(_resources.Devices, request.Warn) is var rules && rules is not [{ Allow: true, IsEverything: true }])
            _devices = rules;
    }

    /// <summary>Whether anything is to be limited.</summary>
    public static bool HasLimits(Hierarchies hierarchies, OciResources? resources) =>
        resources is not null && (CgroupSettings.Of(resources, hierarchies, _ => null).Count > 0 || resources.Unified is { Count: > 0 });

    /// <summary>Makes it all. What was made is removed again when it fails.</summary>
    /// <param name="place">The path in a hierarchy, from the path of our own cgroup there and whether it is to be beside that, not
    /// below.</param>
    /// <param name="mayExist">It has been made for us, and may have processes.</param>
    /// <exception cref="UserError">A limit that was asked for cannot be had.</exception>
    public void Make(Func<string, bool, string> place, bool mayExist = false)
    {
        try
        {
            // The hierarchies first: what a kernel takes may depend on the files that are there.
            List<Setting> settings = CgroupSettings.Of(_resources, _hierarchies, _ => null), unified = V2Limits.Unified(_resources);
            ControllerSwitch? controllers = Controllers(settings, unified);
            List<CgroupDirectory> wanted = Wanted(settings, controllers, place);
            _directories.Make(wanted, mayExist);
            foreach (CgroupDirectory each in wanted) Take(each);
            if (_request.InEvery) _hierarchies.CheckEvery(_state.Paths);
            if (_state.Paths.ContainsKey("")) controllers?.Enable(wanted[^1].Path);
            settings = CgroupSettings.Of(_resources, _hierarchies, _state.Paths.GetValueOrDefault);
            LimitWriter.Write(settings, Directory);
            if (unified.Count > 0) LimitWriter.Write(unified, _ => _state.Paths.GetValueOrDefault(""));
            if (_devices is not null) LimitDevices();
            if (_request.OwnerUid is { } owner && _hierarchies.IsUnified) Delegation.GiveTo(_state.Paths[""], owner);
        }
        catch
        {
            _directories.Undo();
            throw;
        }
    }

    private string? Directory(string controller) =>
        _state.Paths.TryGetValue(controller, out string? path) ? path : _state.Paths.GetValueOrDefault("");

    /// <summary>What version 2 has to hand down to the container's cgroup; null where it is not mounted.</summary>
    private ControllerSwitch? Controllers(List<Setting> settings, List<Setting> verbatim)
    {
        if (_hierarchies.Unified is not { } hierarchy)
            return verbatim.Count == 0
                ? null
                : throw new UserError($"linux.resources.{verbatim[0].Field}: needs cgroup version 2",
                    "it is not mounted here: `minirun doctor` shows what is");
        var controllers = new ControllerSwitch(hierarchy, _hierarchies);
        foreach (Setting setting in settings)
            if (!_hierarchies.Old.ContainsKey(setting.Controller)) controllers.Need(setting);
        foreach (Setting setting in verbatim) controllers.Need(setting);
        return controllers;
    }

    /// <summary>
    /// The container's directory in each hierarchy, that of version 2 last. One without a limit may be left out where it is not ours to
    /// make.
    /// </summary>
    private List<CgroupDirectory> Wanted(List<Setting> settings, ControllerSwitch? controllers, Func<string, bool, string> place)
    {
        Dictionary<string, CgroupDirectory> byMount = [];
        foreach (var (controller, hierarchy) in _hierarchies.Old)
        {
            if (!byMount.TryGetValue(hierarchy.Mount, out CgroupDirectory? directory))
                byMount[hierarchy.Mount] = directory = new(hierarchy.Mount, place(hierarchy.Own, false));
            directory.Controllers.Add(controller);
            directory.Needed |= _request.InEvery || settings.Exists(setting => setting.Controller == controller)
                || (controller == "devices" && _devices is not null);
        }
        List<CgroupDirectory> wanted = [.. byMount.Values];
        if (_hierarchies.Unified is not { } unified) return wanted;
        // In version 2 a cgroup with processes (such as our own) cannot share out its controllers: beside it, not below.
        bool shares = _hierarchies.IsUnified || controllers!.IsNeeded;
        wanted.Add(new(unified.Mount, place(unified.Own, shares)) { Controllers = { "" }, Needed = shares || _request.InEvery });
        return wanted;
    }

    /// <summary>Of the directories it made, those above the container's own; the lowest last.</summary>
    public List<string> MadeAbove() => _directories.Made.FindAll(made => !_state.Paths.ContainsValue(made));

    private void Take(CgroupDirectory directory)
    {
        if (!directory.IsThere) return;
        ulong inode = _state.Unit is null && _request.Intends is not null ? CgroupProof.Inode(directory.Full) : 0;
        foreach (string controller in directory.Controllers)
        {
            _state.Paths[controller] = directory.Full;
            if (inode != 0) _state.Inodes[controller] = inode;
        }
    }

    private void LimitDevices()
    {
        if (_state.Paths.TryGetValue("devices", out string? directory))
        {
            foreach (DeviceRule rule in _devices!)
                if (CgroupFs.Write(directory + (rule.Allow ? "/devices.allow" : "/devices.deny"), rule.ToString()) is var failed and not 0)
                    throw new UserError($"linux.resources.devices: cannot write '{rule}' to {directory}: {Errno.Describe(failed)}",
                        "a cgroup cannot allow what the one above it forbids, and only the machine's own root has a say in it");
            return;
        }
        if (!_state.Paths.TryGetValue("", out directory)) return;
        int errno = DeviceFilter.Attach(directory, DeviceProgram.Assemble(_devices!));
        if (errno != 0)
            throw new UserError($"linux.resources.devices: cannot attach a device program to {directory}: bpf: {Errno.Describe(errno)}",
                "it needs CAP_BPF and CAP_NET_ADMIN or root, and a kernel with CONFIG_CGROUP_BPF");
    }
}
