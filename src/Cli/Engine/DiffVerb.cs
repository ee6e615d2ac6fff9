using Minirun.Cli.Oci;
using Minirun.Cli.Output;
using Minirun.Engine.Copying;

namespace Minirun.Cli.Engine;

/// <summary><c>diff</c>: docker's A, C and D.</summary>
internal static class DiffVerb
{
    public static EngineVerb Verb => new("diff", "CONTAINER", "show which files a container has made (A), changed (C) and removed (D)", [], Execute) { Maximum = 1 };

    private static int Execute(OciArguments words)
    {
        foreach (TreeChange change in TreeDiff.Of(EngineVerbs.Store.Find(words.Words[0])))
            OciOutput.Line($"{change.Kind} {SafeText.Of(change.Path)}");
        return 0;
    }
}
