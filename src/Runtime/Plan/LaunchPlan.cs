using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>The first operations: what minirun itself does, and the child it clones on its way to fork-news.</summary>
internal sealed class LaunchPlan(ContainerSpec spec, Host host, ContainerPlan plan)
{
    public void Add()
    {
        bool joins = spec.JoinsAny;
        if (spec.WantsCgroup) Add(new()
        {
            Name = ContainerPlan.CgroupName,
            Step = LaunchStep.Cgroup,
            S1 = spec.Oci.Linux.Resources,   // as text only where it is shown
            Why = "limits of the whole container: the child is born in a cgroup that has them, or moved there while it waits (cgroups(7))",
            IfLeftOut = "the container has no limits",
        });
        if (LockedDevices.Find(spec, host) is { } locked) Add(locked);
        Add(new()
        {
            Name = "clone",
            Step = LaunchStep.Clone,
            A = joins ? 0 : (long)spec.Namespaces,
            Why = joins ? "a child that enters namespaces: setns(2) wants one thread"
                : spec.Namespaces == 0 ? "a child in the namespaces of the host"
                : "a child in new namespaces (namespaces(7))"
        });
        if (joins) Joins();
        if (spec.Has(sched.CLONE_NEWUSER)) Add(new()
        {
            Name = "id-maps",
            Step = LaunchStep.IdMaps,
            S1 = spec.Oci.Linux.UidMappings,
            S2 = spec.Oci.Linux.GidMappings,
            Why = spec.MapReason,
            A = spec.Oci.Process.User.AdditionalGids is null ? 1 : 0,
            B = spec.MapWith is null ? 0 : 1,
            IfLeftOut = "no id exists inside: every file belongs to nobody (65534), and the mounts that follow are refused",
        });
        // What follows waits for the id maps; this needs none.
        if (spec.Has(sched.CLONE_NEWNS)) Add(new()
        {
            Name = "seal-program",
            Step = LaunchStep.SealProgram,
            Why = "fork-news is executed from a read-only mount, so that no container can overwrite minirun through /proc/1/exe "
                + "(CVE-2019-5736)",
            IfLeftOut = "a container that runs as the owner of the minirun program may overwrite it through /proc/PID/exe",
        });
        if (spec.Oci.Root.Path.Length > 0) Add(new()
        {
            Name = "enter-rootfs",
            Step = LaunchStep.EnterRootfs,
            Path = spec.Oci.Root.Path,
            Why = "from here on the root file system is \".\", whoever we become",
        });
        else if (spec.JoinedRoot > 0) Add(new()
        {
            Name = "enter-rootfs",
            Step = LaunchStep.EnterRootfs,
            Path = Linux.Calls.Entry.Link(spec.JoinedRoot),
            Why = "the root directory of the container's first process, which is in our own mount namespace",
        });
        LaunchUser user = LaunchUser.Of(spec, host);
        if (spec.FromBundle && spec.JoinedProcess < 0) NetDeviceNames.Check(spec);
        if (spec.JoinedProcess < 0) AddSources(user);
        LaunchIdentity(user);
        if (spec.Relayed != 0) Add(new()
        {
            Name = "streams",
            Step = LaunchStep.Streams,
            A = spec.Relayed,
            Why = "pipes in the place of the caller's terminal and files, which never go in (CVE-2017-5226), or of what the user could "
                + "not open "
                + "as /dev/stdout; minirun passes the bytes on",
        });
        Add(new()
        {
            Name = "fork-news",
            Step = LaunchStep.ForkNews,
            Why = "the same program under another name carries out the rest, in a process of its own with one thread"
        });
    }

    private void AddSources(LaunchUser user)
    {
        BundleSources sources = new(spec, host, plan);
        sources.AddSys();
        if (!spec.FromBundle) return;
        sources.Add(user.MustChange);
        sources.AddNodes();
    }

    private void LaunchIdentity(LaunchUser user)
    {
        if (user.MustChange) Add(new()
        {
            Name = "become-root",
            Step = LaunchStep.BecomeRoot,
            A = user.Uid,
            B = user.Gid,
            Why = "take an id that exists inside; execve would take the capabilities from nobody",
        });
        if (user.MustKeepCapabilities) Add(new()
        {
            Name = "keep-caps",
            Step = LaunchStep.KeepCapabilities,
            Why = "there is no id 0 inside, so ambient capabilities carry our rights over the execve that follows; they are cleared "
                + "before the command",
        });
    }

    private void Joins()
    {
        foreach (JoinedNamespace each in spec.Joined) Add(new()
        {
            Name = "join:" + NamespaceSet.File(each.Flag),
            Step = LaunchStep.Join,
            A = (long)each.Flag,
            Path = each.Path,
            Why = "the namespace {path} exists and is entered (setns(2))",
        });
        // Of a container in all of the caller's there is none to enter, and no flag is EINVAL to setns(2).
        if (spec is { JoinedProcess: >= 0, JoinedFlags: not 0 }) Add(new()
        {
            Name = "join",
            Step = LaunchStep.Join,
            A = (long)spec.JoinedFlags,
            B = spec.JoinedProcess,
            Why = "all namespaces of the container's first process at once (setns(2) with a pidfd)",
        });
        Add(new()
        {
            Name = "clone-again",
            Step = LaunchStep.CloneAgain,
            A = (long)spec.Namespaces,
            Why = "a process is in a pid namespace from its birth, so a second child is; it is ours, not the first one's (CLONE_PARENT)",
        });
    }

    private void Add(Operation operation) => plan.Add(operation);
}
