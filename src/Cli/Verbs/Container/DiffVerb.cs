using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Copying;
using Minirun.Engine.Life;

namespace Minirun.Cli.Verbs.Container;

/// <summary><c>diff</c>: docker's A, C and D.</summary>
internal static class DiffVerb
{
    public static MinirunVerb Verb() =>
        new("CONTAINER", "show which files a container has added (A), changed (C) and deleted (D)", [], Execute) { Maximum = 1 };

    private static int Execute(VerbArguments words)
    {
        foreach (TreeChange change in TreeDiff.Of(ContainerRepair.Find(ContainerStores.Own, words.Words[0])))
            TextOutput.Line($"{change.Kind} {SafeText.Of(change.Path)}");
        return 0;
    }
}
