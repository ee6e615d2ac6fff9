using Minirun.Cli.Output;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>features</c>: what the runtime can do, as the specification's features document.</summary>
internal static class FeaturesVerb
{
    public static OciVerb Verb() => new("", "print what this runtime supports as JSON", [], (_, _) =>
    {
        TextOutput.Line(Json.Write(FeaturesDocument.Write));
        return 0;
    })
    {
        Minimum = 0,
        Maximum = 0,
    };
}
