using System.Text;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>The hooks of a container's kept configuration, for the verbs that come after create.</summary>
internal static class KeptHooks
{
    /// <summary>Null when there are none.</summary>
    /// <param name="container">Whose.</param>
    /// <param name="name">Their member in config.json.</param>
    /// <param name="choose">The same, of the parsed document.</param>
    /// <exception cref="UserError">The configuration cannot be read.</exception>
    public static List<OciHook>? Of(Container container, string name, Func<OciHooks, List<OciHook>?> choose)
    {
        // Most have none, and to find that out needs no parser.
        if (container.Directory.ReadConfig() is not { } json || json.AsSpan().IndexOf(Encoding.UTF8.GetBytes('"' + name + '"')) < 0)
            return null;
        return Bundle.Parse(json, Bundle.ConfigName).Hooks is { } hooks && choose(hooks) is { Count: > 0 } chosen ? chosen : null;
    }
}
