using System.Text;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The operations of hooks that run in the container's namespaces. The others are the runtime's (<see cref="Lifecycle.HookRunner"/>).
/// </summary>
internal static class HookPlan
{
    private const int NoPid = int.MaxValue;

    public static void Add(ContainerPlan plan, string kind, List<OciHook>? hooks, string status)
    {
        for (int i = 0; i < (hooks?.Count ?? 0); i++)
        {
            OciHook hook = hooks![i];
            byte[] state = State(plan.Spec, status, out int pid);
            plan.Add(new HookOp
            {
                Name = $"{kind}#{i}",
                Program = hook.Path,
                Arguments = hook.Args is { Count: > 0 } args ? [.. args] : [hook.Path],
                // The runtime's own is nothing for those inside; runc gives them the container's, too.
                Environment = [.. hook.Env ?? plan.Spec.Oci.Process.Env],
                State = state,
                PidAt = pid,
                Seconds = hook.Timeout ?? 0,
                IsOfContainer = kind == "startContainer",
                Path = hook.Path,
                Why = "a program that the document wants to be run at this moment, inside; the container's state is its stdin "
                    + "(config.md, POSIX-platform Hooks)",
            });
        }
    }

    /// <summary>
    /// The state as JSON, and where in it the pid goes: only fork-news knows that one. A number that none has is left as blanks in its
    /// place.
    /// </summary>
    private static byte[] State(ContainerSpec spec, string status, out int pid)
    {
        OciState state = spec.State ?? new OciState { OciVersion = spec.Oci.OciVersion, Id = "", Status = "", Bundle = "" };
        byte[] json = (state with { Status = status, Pid = NoPid }).ToJson();
        ReadOnlySpan<byte> field = Encoding.ASCII.GetBytes($"\"pid\":{NoPid}");
        pid = json.AsSpan().IndexOf(field) + "\"pid\":".Length;
        json.AsSpan(pid, field.Length - "\"pid\":".Length).Fill((byte)' ');
        return json;
    }
}
