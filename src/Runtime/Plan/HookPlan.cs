using System.Text;
using Minirun.Plan;
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
            plan.Add(new()
            {
                Name = $"{kind}#{i}",
                Code = OpCode.Hook,
                S1 = hook.Path,
                S2 = hook.Args is { Count: > 0 } args ? args.ToArray() : [hook.Path],
                // The runtime's own is nothing for those inside; runc gives them the container's, too.
                S3 = (hook.Env ?? plan.Spec.Oci.Process.Env).ToArray(),
                S4 = state,
                A = state.Length,
                B = hook.Timeout ?? 0,
                C = pid,
                D = kind == "startContainer" ? 1 : 0,
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
