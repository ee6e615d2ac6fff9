using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>The cgroups of one container, of version 1, 2 or both.</summary>
public sealed class Cgroup
{
    private readonly CgroupRequest? _request;
    private List<string> _madeAbove = [];
    private readonly HashSet<string> _born = [];
    private CgroupBirth? _birth;

    private Cgroup(CgroupState state, CgroupRequest? request = null) => (State, _request) = (state, request);

    /// <summary>What the state file keeps. With systemd it is complete after <see cref="Enter"/>.</summary>
    public CgroupState State { get; }

    /// <summary>Its directories, for who mounts them; null while systemd has yet to make them.</summary>
    public IReadOnlyDictionary<string, string>? Directories => State.Paths.Count > 0 ? State.Paths : null;

    /// <summary>
    /// For a child that is to be born in it. Where systemd has yet to make it only <see cref="Enter"/> helps, which is to be called in any
    /// case.
    /// </summary>
    public CgroupBirth? Birth => State.Unit is not null && _request is not null ? null : _birth ??= CgroupBirth.Open(State.Paths, _born);

    /// <summary>Kills for want of memory so far.</summary>
    public long OomKills => OomWatch.Count(State);

    /// <summary>The most memory that it had, and its limit, in bytes; 0 for what is not known or not there.</summary>
    public (long Peak, long Limit) MemoryPeak =>
        State.Paths.TryGetValue("memory", out string? old) ? (Number(old + "/memory.max_usage_in_bytes"),
            Number(old + "/memory.limit_in_bytes"))
        : State.Paths.TryGetValue("", out string? unified) ? (Number(unified + "/memory.peak"), Number(unified + "/memory.max")) : (0, 0);

    public bool IsFrozen => Freezer.IsFrozen(State);

    /// <summary>
    /// Makes it, with the limits that can be set before a process is in. Null when none is asked for and none can be made.
    /// </summary>
    /// <exception cref="UserError">What was asked for cannot be had.</exception>
    public static Cgroup? Create(CgroupRequest request)
    {
        if (request.Driver == CgroupDriver.Disabled) return null;
        Hierarchies hierarchies = Hierarchies.Read();
        bool limits = CgroupMaker.HasLimits(hierarchies, request.Resources);
        if (request.InEvery) hierarchies.CheckMounted();
        if (hierarchies.Unified is null && hierarchies.Old.Count == 0)
            return limits || (request.Required && !request.InUserNamespace)
                ? throw new UserError("linux.cgroupsPath: no cgroup file system is mounted",
                    "as root: mount -t cgroup2 cgroup2 /sys/fs/cgroup")
                : null;
        // What a bundle's container has not asked for it may still need: to be paused, or updated.
        if (request.OnlyLimits && !limits && !request.Required && !hierarchies.IsUnified
            && request.Resources?.Devices is not { Count: > 0 })
            return null;
        var state = new CgroupState { Driver = request.Driver, InUserNamespace = request.InUserNamespace };
        if (request.Driver == CgroupDriver.Systemd) return SystemdScope.Prepare(request, state) ? new Cgroup(state, request) : null;
        var maker = new CgroupMaker(request, hierarchies, state);
        try
        {
            maker.Make((own, beside) => CgroupPath.Resolve(request.CgroupsPath, request.Id, own, beside));
        }
        catch (UserError) when (!limits && !request.InEvery && (request.InUserNamespace || !request.Required))
        {
            return null;
        }
        // A user in a hybrid, where nothing is asked for: none could be made, and none is missing.
        return state.Paths.Count == 0 ? null : new Cgroup(state) { _madeAbove = maker.MadeAbove() };
    }

    public static Cgroup Open(CgroupState state) => new(state);

    /// <summary>For a process that may mount, in a container that may not have been made for that.</summary>
    /// <exception cref="UserError">The container has no cgroup, or not one in every hierarchy.</exception>
    public static void CheckEvery(Cgroup? cgroup) => Hierarchies.Read().CheckEvery(cgroup?.State.Paths ?? []);

    /// <summary>For who has a cgroup made by another runtime, which makes one in what is mounted.</summary>
    /// <exception cref="UserError">There is a hierarchy that we are in and that is not mounted here.</exception>
    public static void CheckMounted() => Hierarchies.Read().CheckMounted();

    /// <summary>Puts a process in, where it was not born in it.</summary>
    /// <exception cref="UserError">It cannot go in; or systemd does not make the scope.</exception>
    public void Enter(int pid)
    {
        if (State.Unit is not null && _request is not null)
        {
            string path = SystemdScope.Start(_request, State, pid);
            new CgroupMaker(_request, Hierarchies.Read(), State).Make((_, _) => path, mayExist: true);
        }
        Join(State.Paths, pid);
        _birth?.Close();
    }

    /// <summary>For <c>update</c>. Rules for devices stay as they are, as with runc.</summary>
    /// <exception cref="UserError">A limit cannot be set.</exception>
    public void Apply(OciResources resources)
    {
        Hierarchies hierarchies = Hierarchies.Read();
        List<Setting> settings = CgroupSettings.Of(resources, hierarchies, State.Paths.GetValueOrDefault);
        foreach (Setting setting in settings)
            if (hierarchies.Old.TryGetValue(setting.Controller, out Hierarchy? hierarchy) && !State.Paths.ContainsKey(setting.Controller)
                && !setting.Optional)
            {
                if (State.Unit is not null)
                    throw new UserError($"linux.resources.{setting.Field}: the container is in no cgroup of {setting.Controller}",
                        "it was made without one: give it such a limit, or linux.cgroupsPath, from the beginning");
                LateHierarchy.Add(this, setting.Controller, hierarchy);
            }
        if (State.Unit is not null) SystemdScope.Update(State, resources, hierarchies.IsUnified);
        LimitWriter.Write(settings,
            controller => State.Paths.TryGetValue(controller, out string? path) ? path : State.Paths.GetValueOrDefault(""));
        List<Setting> unified = V2Limits.Unified(resources);
        if (unified.Count > 0) LimitWriter.Write(unified, _ => State.Paths.GetValueOrDefault(""));
    }

    /// <summary>Kills all in it, also what is frozen.</summary>
    public void Kill()
    {
        if (State.Paths.TryGetValue("", out string? path) && CgroupFs.Write(path + "/cgroup.kill", "1") == 0)
        {
            // Whom the freezer of version 1 holds dies when it lets go.
            if (State.Paths.ContainsKey("freezer")) Freezer.ThawAll(State);
            return;
        }
        // Held still they cannot fork away from the list. Without a freezer: until none is left.
        bool freezes = State.Paths.TryGetValue("freezer", out string? freezer) && CgroupFs.Write(freezer + "/freezer.state", "FROZEN") == 0;
        List<int> pids = Pids();
        for (int round = 0; pids.Count > 0 && round < 100; round++)
        {
            foreach (int pid in pids) signal.kill(pid, signal.SIGKILL);
            if (freezes) break;
            CgroupTree.Poll(-1, 0, 1);
            pids = Pids();
        }
        Freezer.ThawAll(State);
    }

    public void Signal(int number)
    {
        if (number == signal.SIGKILL) Kill();
        else foreach (int pid in Pids()) signal.kill(pid, number);
    }

    /// <exception cref="UserError">It cannot be frozen.</exception>
    public void Freeze() => Freezer.Freeze(State);

    public void Thaw() => Freezer.Thaw(State);

    /// <summary>Also what is below it, before its end.</summary>
    public void ThawAll() => Freezer.ThawAll(State);

    /// <summary>Host pids of all processes in it and below.</summary>
    public List<int> Pids()
    {
        List<int> pids = [];
        if (!State.Paths.TryGetValue("", out string? directory))
            foreach (string path in State.Paths.Values)
            {
                directory = path;
                break;
            }
        if (directory is not null) CgroupTree.AddPids(directory, pids);
        return pids;
    }

    public CgroupStats Stats() => StatsReader.Read(State);

    /// <summary>A descriptor that is readable after an OOM kill.</summary>
    public int OpenOomEvents() => OomWatch.Open(State);

    /// <summary>Kills what is left and removes all directories, and those below that the container made; again does no harm.</summary>
    /// <exception cref="LinuxException">One stays.</exception>
    public void Delete()
    {
        if (State.Unit is not null) SystemdScope.Stop(State);
        bool killed = false;
        foreach (string path in State.Paths.Values)
        {
            int errno = CgroupFs.RemoveDirectory(path);
            if (errno is 0 or Errno.ENOENT) continue;
            if (!killed) Kill();
            killed = true;
            errno = CgroupTree.Remove(path);
            if (errno != 0) throw new LinuxException("rmdir", errno, path);
        }
    }

    /// <summary>Also the directories above it that this object made, where nobody else uses them.</summary>
    /// <exception cref="LinuxException">The container's own stays.</exception>
    public void DeleteWithParents()
    {
        Delete();
        for (int i = _madeAbove.Count - 1; i >= 0; i--) CgroupFs.RemoveDirectory(_madeAbove[i]);
    }

    /// <summary>For exec: a process that joins cgroups below it.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="subCgroups">Each --cgroup, of which a later one counts more: <see cref="SubCgroup"/>.</param>
    /// <exception cref="UserError">It cannot go in.</exception>
    public void JoinForExec(int pid, IReadOnlyList<string> subCgroups)
    {
        Dictionary<string, string> paths = new(State.Paths);
        foreach (string each in subCgroups)
        {
            (string controllers, string below) = SubCgroup.Parse(each);
            ICollection<string> named = controllers.Length == 0 ? State.Paths.Keys : controllers.Split(',');
            foreach (string controller in named)
            {
                if (!State.Paths.TryGetValue(controller, out string? path))
                    throw new UserError($"--cgroup {each}: the container is in no cgroup of {controller}",
                        "write --cgroup PATH for all of its cgroups");
                // Controllers of one hierarchy have one cgroup.
                foreach (var (other, its) in State.Paths)
                    if (its == path) paths[other] = path + below;
            }
        }
        Join(paths, pid);
    }

    /// <summary>No limit is a word in version 2, and almost all of an address space in version 1.</summary>
    private static long Number(string path) => CgroupFs.ReadNumber(path) is { } number and < 1UL << 62 ? (long)number : 0;

    private void Join(Dictionary<string, string> paths, int pid)
    {
        string text = pid.ToString();
        string? last = null;
        foreach (var (controller, path) in paths)
        {
            // Controllers may share a hierarchy: cpu,cpuacct.
            if (path == last || _born.Contains(controller)) continue;
            last = path;
            int errno = CgroupFs.Write(path + "/cgroup.procs", text);
            if (errno != 0)
                throw new UserError($"cannot enter the cgroup {path}: {Errno.Describe(errno)}", CgroupFs.Hint(errno, errno switch
                {
                    Errno.EBUSY => "it has cgroups below that take its controllers: name one of them with --cgroup",
                    Errno.ENOENT => "there is no such cgroup (any more)",
                    Errno.ENOSPC => "its cpuset is empty: write processors to cpuset.cpus and memory nodes to cpuset.mems in it first",
                    _ => "both it and the cgroup you are in must be yours: systemd-run --user --scope -p Delegate=yes minirun …",
                }));
        }
    }
}
