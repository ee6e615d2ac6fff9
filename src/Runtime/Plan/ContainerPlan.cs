using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>How to get to a container: an ordered list of operations, complete before anything is cloned.</summary>
public sealed class ContainerPlan(ContainerSpec spec)
{
    /// <summary>The operation that puts it into a cgroup of its own.</summary>
    public const string CgroupName = "cgroup";

    private readonly List<Operation> _operations = new(64);

    public ContainerSpec Spec { get; } = spec;

    /// <summary>What differs by whose document it is made from.</summary>
    public Policy Policy => Spec.Policy;

    public IReadOnlyList<Operation> Operations => _operations;

    /// <summary>The sources of mounts that are opened before fork-news runs, by the number of the mount in the document.</summary>
    public Dictionary<int, MountSource>? Sources { get; set; }

    /// <summary>The device nodes that are made before fork-news runs, by the number of the device in the document.</summary>
    public Dictionary<int, MountSource>? Nodes { get; set; }

    public bool HasSources => Sources is not null || Nodes is not null;

    /// <summary>What --without left out.</summary>
    public List<Operation> LeftOut { get; } = [];

    public void Add(Operation operation) => _operations.Add(operation);

    public Operation? Find(LaunchStep step)
    {
        foreach (Operation operation in _operations)
            if (operation.Step == step) return operation;
        return null;
    }

    public int IndexOf(Operation operation) => _operations.IndexOf(operation);

    /// <summary>The last step of the launcher's.</summary>
    public ForkNewsStep ForkNews => (ForkNewsStep)Find(LaunchStep.ForkNews)!;

    public int IndexOf(LaunchStep step) => Find(step) is { } operation ? _operations.IndexOf(operation) : -1;

    /// <summary>Leaves operations out, for lessons.</summary>
    /// <exception cref="UserError">There is no such operation, or nothing works without it.</exception>
    public void Without(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            List<Operation> found = _operations.FindAll(operation => operation.Name == name);
            if (found.Count == 0)
                throw new UserError($"--without {name}: this plan has no such operation",
                    "it has " + string.Join(", ", _operations.Where(each => each.IfLeftOut is not null).Select(each => each.Name)));
            if (found.Any(operation => operation.IfLeftOut is null))
                throw new UserError($"--without {name}: nothing can run without it", "choose another operation of `minirun run --dry-run`");
            LeftOut.AddRange(found);
            _operations.RemoveAll(each => found.Contains(each) || (each.Of is { } of && found.Contains(of)));
        }
        if (LeftOut.Exists(operation => operation.Code == OpCode.NoNewPrivileges)) FilterEarly();
    }

    /// <summary>Without no_new_privs a filter takes CAP_SYS_ADMIN: it goes before what gives that up.</summary>
    private void FilterEarly()
    {
        List<Operation> filters = _operations.FindAll(operation => operation.Code == OpCode.Seccomp);
        _operations.RemoveAll(filters.Contains);
        int first = _operations.FindIndex(
            operation => operation.Code is OpCode.Bounding or OpCode.Identity or OpCode.Capabilities or OpCode.CloseFds or OpCode.Exec);
        _operations.InsertRange(first, filters);
    }
}
