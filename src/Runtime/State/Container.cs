using Minirun.Linux;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.State;

/// <summary>A container as its state says, and as it is now.</summary>
public sealed class Container(ContainerDirectory directory, ContainerRecord record)
{
    public ContainerDirectory Directory { get; } = directory;
    public ContainerRecord Record { get; } = record;
    public string Id => Directory.Id;

    /// <summary>Null when there is none: it was made without.</summary>
    /// <exception cref="UserError">What the state says is not this container's.</exception>
    public Cgroup? Cgroup => field ??= Record.Cgroup is { } state ? Cgroup.Open(RecordedCgroup.Proven(this, state)) : null;

    /// <summary>The first process, or 0 when it has ended.</summary>
    public int LivePid => IsAlive ? Record.Pid : 0;
    public bool IsAlive => ProcessIdentity.IsAlive(Record.Pid, Record.StartTime);

    /// <summary>Why the process that the state names is not to be touched; null when it is the container's, or has ended.</summary>
    public string? Doubt => ProcessProof.Doubt(this);

    /// <exception cref="UserError">There is none of that id, or it was not made to its end.</exception>
    public static Container Load(StateStore store, string id, bool locked = false)
    {
        ContainerDirectory directory = store.Open(id);
        if (locked) directory.Lock();
        return new(directory,
            directory.Read()
                ?? throw new UserError(StateStore.NotThere,
                    directory.IsBeingChanged() && !locked
                        ? "it is being made"
                        : $"it was never made to its end; `delete --force {id}` removes what is there"));
    }

    public ContainerStatus Status()
    {
        if (Record.Pid <= 0) return Directory.IsBeingChanged() ? ContainerStatus.Creating : ContainerStatus.Stopped;
        if (!IsAlive) return ContainerStatus.Stopped;
        if (IsFrozen()) return ContainerStatus.Paused;
        return Directory.InitWaits() ? ContainerStatus.Created : ContainerStatus.Running;
    }

    /// <summary>The document it was made from.</summary>
    /// <exception cref="UserError">It is gone.</exception>
    public OciSpec Configuration() =>
        Bundle.Parse(
            Directory.ReadConfig()
                ?? throw new UserError($"container {Id}: its configuration is gone",
                    $"`minirun-oci delete --force {Id}` removes what is left"),
            Bundle.ConfigName);

    /// <summary>
    /// The kinds of namespaces that were made for it alone, by the names of their files: what is in one belongs to it. Where nothing says
    /// which, nearly all containers have a mount namespace.
    /// </summary>
    public string[] OwnNamespaces()
    {
        try
        {
            return OwnProcesses.OwnKinds(Configuration().Linux);
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return ["mnt"];
        }
    }

    /// <summary>The first processes of the other containers of its root: what is theirs does not end with it.</summary>
    public HashSet<int> Others()
    {
        HashSet<int> others = [];
        var store = new StateStore(Path.GetDirectoryName(Directory.Path)!);
        foreach (string id in store.Ids())
            if (id != Id && ProcessProof.Record(store, id) is { } other && ProcessIdentity.IsAlive(other.Pid, other.StartTime))
                others.Add(other.Pid);
        return others;
    }

    public bool IsFrozen()
    {
        try
        {
            return Record.Cgroup is { } state && Cgroup.Open(RecordedCgroup.Proven(this, Freezer.Part(state))).IsFrozen;
        }
        catch (Exception error) when (error is LinuxException or UserError)
        {
            // Its cgroup is gone, not ours to read, or not its own: then nobody froze it.
            return false;
        }
    }

    /// <summary>The status in the words of the specification.</summary>
    public static string Word(ContainerStatus status) => status switch
    {
        ContainerStatus.Creating => "creating",
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        _ => "stopped",
    };
}
