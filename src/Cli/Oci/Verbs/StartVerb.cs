using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>start ID</c>.</summary>
internal static class StartVerb
{
    public static OciVerb Verb() => new("ID", "execute the process of a created container", [],
        (globals, arguments) => OciEngine.Start(globals, arguments.Words[0]));
}
