using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Runtime;

namespace Minirun.Engine.Life;

/// <summary>
/// What a runtime keeps of a container that is removed. Which runtime that was may be lost: then the place tells, since each has a
/// directory of its own.
/// </summary>
internal static class RuntimeLeft
{
    /// <exception cref="UserError">The container lives on.</exception>
    public static void Delete(EngineContainer container)
    {
        string? why = ExecutionDrivers.Find(container).Delete(container.Id);
        foreach (string name in ExecutionDrivers.Holding(container))
            why = ExecutionDrivers.Find(name, container).Delete(container.Id) ?? why;
        using HeldContainer? held = FirstProcess.Find(container);
        if (held is null) return;
        int pid = held.First.Pid;
        throw new UserError($"cannot remove container {container.Config.Name}: it is still running{(why is null ? "" : ": " + why)}",
            $"its first process is {pid}: ps and /proc/{pid}/status tell what it waits for");
    }
}
