using Minirun.Cli.Oci;
using Minirun.Cli.Output;
using Minirun.Engine.Copying;
using Minirun.Linux;

namespace Minirun.Cli.Engine;

/// <summary><c>diff</c>: docker's A, C and D.</summary>
internal static class DiffVerb
{
    public static EngineVerb Verb => new("diff", "CONTAINER", "show which files a container has made (A), changed (C) and removed (D)", [], Execute) { Maximum = 1 };

    private static int Execute(OciArguments words)
    {
        bool terminal = unistd.isatty(1) == 1;
        foreach (TreeChange change in TreeDiff.Of(EngineVerbs.Store.Find(words.Words[0])))
            OciOutput.Line($"{change.Kind} {(terminal ? SafeText.Of(change.Path) : change.Path)}");
        return 0;
    }
}
