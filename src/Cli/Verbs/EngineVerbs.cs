using Minirun.Cli.Verbs.Container;
using Minirun.Cli.Verbs.Machine;
using Minirun.Cli.Verbs.Network;
using Minirun.Cli.Verbs.Volume;

namespace Minirun.Cli.Verbs;

/// <summary>All of them. One that acts on several things has a name of two words: <c>container prune</c>.</summary>
internal static class EngineVerbs
{
    private static readonly Func<EngineVerb[]>[] s_groups = [LifeVerbs.All, SeeVerbs.All, ProcessVerbs.All, MoreVerbs.All, NetworkVerbs.All,
        VolumeVerbs.All, VolumePluginVerb.All, SystemVerbs.All];

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
