using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>The first operations: what minirun itself does, and the child it clones on its way to fork-news.</summary>
internal sealed class LaunchPlan(ContainerSpec spec, Host host, ContainerPlan plan)
{
    public void Add()
    {
        if (spec.WantsCgroup) plan.Add(new CgroupStep
        {
            Name = ContainerPlan.CgroupName,
            Limits = spec.Oci.Linux.Resources,
            Why = "limits of the whole container: the child is born in a cgroup that has them, or moved there while it waits (cgroups(7))",
            IfLeftOut = "the container has no limits",
        });
        if (LockedDevices.Find(spec, host) is { } locked) plan.Add(locked);
        bool joins = spec.JoinsAny;
        plan.Add(new CloneStep
        {
            Name = "clone",
            Namespaces = joins ? 0 : spec.Namespaces,
            Why = joins ? "a child that enters namespaces: setns(2) wants one thread"
                : spec.Namespaces == 0 ? "a child in the namespaces of the host" : "a child in new namespaces (namespaces(7))",
        });
        if (joins) AddJoins();
        if (spec.Has(sched.CLONE_NEWUSER)) AddIdMaps();
        AddDevices();
        // What follows waits for the id maps; this needs none.
        if (spec.Has(sched.CLONE_NEWNS)) plan.Add(new SealProgramStep
        {
            Name = "seal-program",
            Program = host.Executable,
            Why = "fork-news is executed from a read-only mount, so that no container can overwrite minirun through /proc/1/exe "
                + "(CVE-2019-5736)",
            IfLeftOut = "a container that runs as the owner of the minirun program may overwrite it through /proc/PID/exe",
        });
        AddRootfs();
        LaunchUser user = LaunchUser.Of(spec, host);
        if (spec.JoinedProcess < 0) AddSources(user);
        AddIdentity(user);
        if (spec.Relayed != 0) plan.Add(new StreamsStep
        {
            Name = "streams",
            Relayed = spec.Relayed,
            Why = "pipes in the place of the caller's terminal and files, which never go in (CVE-2017-5226), or of what the user could "
                + "not open "
                + "as /dev/stdout; minirun passes the bytes on",
        });
        AddForkNews();
    }

    private void AddIdMaps() => plan.Add(new IdMapsStep
    {
        Name = "id-maps",
        Uids = spec.Oci.Linux.UidMappings ?? [],
        Gids = spec.Oci.Linux.GidMappings ?? [],
        Tools = spec.MapWith,
        DeniesSetgroups = spec.DeniesSetgroups,
        Why = spec.MapReason,
        IfLeftOut = "no id exists inside: every file belongs to nobody (65534), and the mounts that follow are refused",
    });

    private void AddDevices()
    {
        NetDeviceNames.Check(spec);
        if (spec.Oci.Linux.NetDevices is { Count: > 0 } devices && spec.JoinedProcess < 0) plan.Add(new MoveDevicesStep
        {
            Name = "net-devices",
            Devices = devices,
            Why = "interfaces of the host's, as linux.netDevices says: while the child waits, and nothing looks for them yet",
        });
    }

    private void AddRootfs()
    {
        if (spec.Oci.Root.Path.Length > 0) plan.Add(new EnterRootfsStep
        {
            Name = "enter-rootfs",
            Path = spec.Oci.Root.Path,
            Why = "from here on the root file system is \".\", whoever we become",
        });
        else if (spec.JoinedRoot > 0) plan.Add(new EnterRootfsStep
        {
            Name = "enter-rootfs",
            Path = Linux.Calls.Entry.Link(spec.JoinedRoot),
            Descriptor = spec.JoinedRoot,
            Why = "the root directory of the container's first process, which is in our own mount namespace",
        });
    }

    private void AddSources(LaunchUser user)
    {
        SourcePlan sources = new(spec, host, plan);
        sources.AddSys();
        if (!spec.Policy.OpensSources) return;
        sources.Add(user.MustChange);
        sources.AddNodes();
    }

    private void AddIdentity(LaunchUser user)
    {
        if (user.MustChange) plan.Add(new BecomeRootStep
        {
            Name = "become-root",
            Uid = user.Uid,
            Gid = user.Gid,
            // A user namespace that is entered may have no id 0: then the ambient capabilities alone have to do.
            MayFail = spec.Joins(sched.CLONE_NEWUSER),
            Why = "take an id that exists inside; execve would take the capabilities from nobody",
        });
        if (user.MustKeepCapabilities) plan.Add(new KeepCapabilitiesStep
        {
            Name = "keep-caps",
            Why = "there is no id 0 inside, so ambient capabilities carry our rights over the execve that follows; they are cleared "
                + "before the command",
        });
    }

    private void AddJoins()
    {
        foreach (JoinedNamespace each in spec.Joined) plan.Add(new JoinStep
        {
            Name = "join:" + NamespaceSet.File(each.Flag),
            Namespaces = each.Flag,
            Path = each.Path,
            Why = "the namespace {path} exists and is entered (setns(2))",
        });
        // Of a container in all of the caller's there is none to enter, and no flag is EINVAL to setns(2).
        if (spec is { JoinedProcess: >= 0, JoinedFlags: not 0 }) plan.Add(new JoinStep
        {
            Name = "join",
            Namespaces = spec.JoinedFlags,
            Process = spec.JoinedProcess,
            Why = "all namespaces of the container's first process at once (setns(2) with a pidfd)",
        });
        plan.Add(new CloneAgainStep
        {
            Name = "clone-again",
            Namespaces = spec.Namespaces,
            Why = "a process is in a pid namespace from its birth, so a second child is; it is ours, not the first one's (CLONE_PARENT)",
        });
    }

    private void AddForkNews()
    {
        bool byItself = spec.JoinedProcess >= 0 || spec.Joins(sched.CLONE_NEWUSER);
        plan.Add(new ForkNewsStep
        {
            Name = "fork-news",
            EntersByItself = byItself,
            OomScore = byItself ? spec.Oci.Process.OomScoreAdj : null,
            Descriptors = spec switch
            {
                { HostProc: > 0 } => [spec.HostProc],
                { Waits: true } => [spec.StartSocket, spec.InitLock],
                _ => [],
            },
            Why = "the same program under another name carries out the rest, in a process of its own with one thread",
        });
    }
}
