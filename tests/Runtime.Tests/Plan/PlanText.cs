using System.Text;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Tests.Plan;

internal static class PlanText
{
    /// <summary>
    /// A plan as the golden files have it: number, name, calls, flags; then what was left out, and the command's environment.
    /// </summary>
    public static string Of(string command, ContainerPlan plan)
    {
        var text = new StringBuilder($"# {command}\n");
        for (int i = 0; i < plan.Operations.Count; i++)
        {
            Operation operation = plan.Operations[i];
            text.Append($"{i + 1,2} {operation.Name,-20} {operation.Call}{(operation.Flags == 0 ? "" : $" ({operation.Flags})")}\n");
        }
        foreach (Operation operation in plan.LeftOut) text.Append($"without {operation.Name}: {operation.IfLeftOut}\n");
        foreach (string variable in plan.Spec.Oci.Process.Env) text.Append($"env {variable.Replace("\0", "\\0")}\n");
        return text.ToString();
    }
}
