using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Launch;

/// <summary>Turns the report of a failed operation into the one message that the user gets.</summary>
public static class Failure
{
    /// <summary>The error for a report. The child still waits, so that the container can be looked at.</summary>
    public static UserError Explain(ContainerPlan plan, Report report, int pid, Watcher? watcher)
    {
        Operation operation = plan.Operations[Math.Max(report.Op, 0)];
        string what = $"{Place(plan, operation, report)}cannot {operation.Doing}";
        UserError error = operation switch
        {
            ProgramOp program => ExecFailure.Explain(program, report, pid),
            HookOp hook => HookFailure.Explain(hook, report, pid),
            _ when DirectoryOnFile.Is(operation, report) => DirectoryOnFile.Explain(what, operation),
            _ => new UserError(
                $"{what}: {Rule(operation, report)}{sys_syscall.Name(report.Call)}: {Errno.Describe(report.Errno)}",
                Hints.For(plan, operation, report.Errno)),
        };
        watcher?.Failed(report.Op, error.Message);
        return error;
    }

    /// <summary>Where in a bundle's document it was asked for.</summary>
    private static string Place(ContainerPlan plan, Operation operation, Report report)
    {
        string? place = operation.Place ?? (plan.Policy.NamesPlaces ? operation.Field : null);
        return place is null ? "" : report.Call == sys_syscall.SYS_fsconfig ? place + ".options: " : place + ": ";
    }

    /// <summary>The words by which clients and test suites know the attack.</summary>
    private static string Rule(Operation operation, Report report) =>
        operation is FileSystemOp mount && (operation.Flags & OpFlags.Ordinary) != 0 && report.Errno is Errno.ELOOP or Errno.ENOTDIR
            ? $"filesystem \"{mount.Type}\" must be mounted on ordinary directory: " : "";

    /// <summary>What is said when an operation that may fail (<see cref="OpFlags.Warn"/>) did.</summary>
    public static string WarningText(Operation operation, Report report) =>
        $"cannot {operation.Doing}: {sys_syscall.Name(report.Call)}: {Errno.Describe(report.Errno)}; " + operation switch
        {
            RlimitOp => "it is set as far as the caller's own hard limit goes",
            CapabilitiesOp => "the process goes on with those that can be granted",
            _ => "the container goes on without",
        };
}
