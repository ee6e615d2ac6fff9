using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Takes away what is left of a container whose process has ended.</summary>
public static class Deletion
{
    public static void Delete(OciGlobals globals, string id)
    {
        if (new StateStore(globals.Root).Find(id) is not { } directory) return;
        using (directory)
        {
            directory.Lock();
            if (directory.Read()?.Cgroup is { } state) Cgroups.Cgroup.Open(state).Delete();
            directory.Delete();
        }
    }
}
