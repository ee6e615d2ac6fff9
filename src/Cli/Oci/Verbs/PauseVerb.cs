using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>pause ID</c> and <c>resume ID</c>: the freezer of the container's cgroup.</summary>
internal static class PauseVerb
{
    public static OciVerb Pause() => new("ID", "pause all processes of a container", [], (globals, arguments) =>
    {
        Container container = Container.Load(new StateStore(globals.Root), arguments.Words[0], locked: true);
        if (container.Status() is not (ContainerStatus.Running or ContainerStatus.Created)) throw UserError.AsRunc("container not running");
        if (container.Cgroup is null) throw new UserError("cannot pause a container without a cgroup", NoCgroup.Hint);
        container.Cgroup.Freeze();
        return 0;
    });

    public static OciVerb Resume() => new("ID", "resume the processes of a paused container", [], (globals, arguments) =>
    {
        Container container = Container.Load(new StateStore(globals.Root), arguments.Words[0], locked: true);
        if (container.Status() != ContainerStatus.Paused) throw UserError.AsRunc("container not paused");
        container.Cgroup!.Thaw();
        return 0;
    });
}
