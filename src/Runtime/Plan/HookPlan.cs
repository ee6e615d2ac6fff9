using Minirun.Init;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Plan;

/// <summary>The operations of hooks that run in the container's namespaces. The others are the runtime's (<see cref="Lifecycle.HookRunner"/>).</summary>
internal static class HookPlan
{
    public static void Add(ContainerPlan plan, string kind, List<OciHook>? hooks, string status)
    {
        for (int i = 0; i < (hooks?.Count ?? 0); i++)
        {
            OciHook hook = hooks![i];
            byte[] state = State(plan.Spec, status);
            plan.Add(new()
            {
                Name = $"{kind}#{i}",
                Code = OpCode.Hook,
                S1 = hook.Path,
                S2 = hook.Args is { Count: > 0 } args ? args.ToArray() : [hook.Path],
                S3 = hook.Env?.ToArray() ?? [],
                S4 = state,
                A = state.Length,
                B = hook.Timeout ?? 0,
                Path = hook.Path,
                Why = "a program that the document wants to be run at this moment, inside; the container's state is its stdin (config.md, POSIX-platform Hooks)",
            });
        }
    }

    /// <summary>The state as JSON. The pid is the one that the host knows; the plan is completed when the child is there and has one.</summary>
    private static byte[] State(ContainerSpec spec, string status) =>
        ((spec.State ?? new OciState { OciVersion = spec.Oci.OciVersion, Id = "", Status = "", Bundle = "" }) with { Status = status }).ToJson();
}
