using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>The hooks that run when a container is gone. They are read while its configuration is still there.</summary>
internal static class PoststopHooks
{
    /// <summary>What is to be done after the removal; null when nothing is.</summary>
    public static Action? Of(Container container, OciGlobals globals)
    {
        if (!File.Exists(container.Directory.ConfigPath)) return null;
        byte[] json = File.ReadAllBytes(container.Directory.ConfigPath);
        // Most have none, and to find that out needs no parser.
        if (json.AsSpan().IndexOf("\"poststop\""u8) < 0) return null;
        try
        {
            if (Bundle.Parse(json, container.Directory.ConfigPath).Hooks?.Poststop is not { Count: > 0 } hooks) return null;
            ContainerRecord record = container.Record;
            var state = new OciState { OciVersion = record.OciVersion, Id = record.Id, Status = OciState.Stopped, Bundle = record.Bundle, Annotations = record.Annotations };
            return () => HookRunner.RunAll(hooks, "poststop", state, globals.Warn);
        }
        catch (UserError error)
        {
            globals.Warn(error.Message);
            return null;
        }
    }
}
