using System.Reflection;
using Minirun.Cli.Output;

namespace Minirun.Cli.Oci;

/// <summary>
/// <c>minirun-oci --version</c>. dockerd takes the words around "version" in any line that has it, and the line "commit:".
/// </summary>
internal static class OciVersion
{
    /// <summary>The version of the runtime-spec that the code follows.</summary>
    public const string Spec = "1.3.0";

    /// <summary>The build writes VERSION+COMMIT.</summary>
    public static (string Version, string Commit) Own()
    {
        string text =
            typeof(OciVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        int plus = text.IndexOf('+');
        return plus < 0 ? (text, "unknown") : (text[..plus], text[(plus + 1)..]);
    }

    public static OciVerb Verb() => new("", "print the version", [], (_, _) => Print()) { Minimum = 0, Maximum = 0 };

    public static int Print()
    {
        var (version, commit) = Own();
        TextOutput.Line($"{OciName.Program} version {version}\ncommit: {commit}\nspec: {Spec}");
        return 0;
    }
}
