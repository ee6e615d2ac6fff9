using Minirun.Cli.Oci;
using Minirun.Engine;
using Minirun.Engine.Containers;

namespace Minirun.Cli.Engine;

/// <summary>A verb for containers that live on: its words, and what it does. Flags are sorted as everywhere (<see cref="OciArguments"/>).</summary>
internal sealed record EngineVerb(string Name, string Arguments, string Summary, OciFlag[] Flags, Func<OciArguments, int> Execute)
{
    public int Minimum { get; init; } = 1;

    /// <summary>Words after the flags; -1: any number.</summary>
    public int Maximum { get; init; } = -1;

    /// <summary>Flags may also stand behind words. Not where the words are another program's.</summary>
    public bool FlagsAfterWords { get; init; } = true;

    /// <summary>Prints as things happen: it ends with its reader (`logs -f web | grep -q ready`), not when it next prints.</summary>
    public bool Follows { get; init; }

    /// <summary>Takes its words as they are: its flags are those of <c>run</c>.</summary>
    public Func<ReadOnlySpan<string>, int>? Raw { get; init; }
}

/// <summary>All of them. One that acts on several things has a name of two words: <c>container prune</c>.</summary>
internal static class EngineVerbs
{
    private static readonly Func<EngineVerb[]>[] s_groups = [LifeVerbs.All, SeeVerbs.All, ProcessVerbs.All, MoreVerbs.All, NetworkVerbs.All, VolumeVerbs.All, VolumePluginVerb.All, SystemVerbs.All];

    public static ContainerStore Store => new(EnginePaths.Default());

    public static IEnumerable<EngineVerb> All
    {
        get
        {
            EngineVerb[] verbs = [.. s_groups.SelectMany(group => group())];
            return verbs.Concat(ContainerVerbs.Of(verbs));
        }
    }

    /// <summary>Null when it is none of these.</summary>
    public static string? Find(string word)
    {
        foreach (var group in s_groups)
            foreach (EngineVerb verb in group())
                if (verb.Name == word || verb.Name.StartsWith(word + " ", StringComparison.Ordinal)) return word;
        return null;
    }

    /// <summary>The verb of one word or two, and how many words that were.</summary>
    public static (EngineVerb? Verb, int Words) Choose(string first, ReadOnlySpan<string> rest)
    {
        string two = rest.Length > 0 ? first + " " + rest[0] : first;
        foreach (EngineVerb verb in All)
            if (verb.Name == two && rest.Length > 0) return (verb, 1);
        foreach (EngineVerb verb in All)
            if (verb.Name == first) return (verb, 0);
        return (null, 0);
    }
}
