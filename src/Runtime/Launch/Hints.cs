using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Launch;

/// <summary>What to do about a failed operation: what its kind knows about the reason, else what the reason alone says.</summary>
internal static class Hints
{
    public static string For(ContainerPlan plan, Operation operation, int errno) =>
        operation.Hint(errno, plan.Policy) ?? errno switch
        {
            Errno.EMFILE or Errno.ENFILE or Errno.EAGAIN or Errno.ENOMEM => ResourceHints.For(errno)!,
            Errno.ENOSYS => "this kernel is too old, or a seccomp filter of an outer container hides the call; `minirun doctor` tells",
            Errno.EPERM => "`minirun doctor` checks what this machine allows",
            _ when plan.Policy.NamesPlaces => $"look at {operation.Place ?? operation.Path ?? "config.json"} of the bundle, and at `dmesg`",
            _ => $"`minirun run --explain …` shows how far it got; `minirun run --without {operation.Name} …` leaves this step out",
        };
}
