using Minirun.Cli.Verbs;

namespace Minirun.Cli.Tree;

/// <summary>What a verb is for; docker's longer name of one for containers begins with container.</summary>
internal enum Kind
{
    /// <summary>It runs a container.</summary>
    Run,

    /// <summary>It is for a container that there is.</summary>
    Container,

    /// <summary>It is for something else of the engine's.</summary>
    Engine,

    /// <summary>It is for the machine, or for minirun itself.</summary>
    Machine,
}

/// <summary>A line of <see cref="VerbTable"/>.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Name">One word; or two, of which the first is what it acts on.</param>
/// <param name="Make">Gives its flags, its help and what it does: when it is called or explained, and not before.</param>
/// <param name="Aliases">Other names.</param>
internal sealed record VerbEntry(Kind Kind, string Name, Func<MinirunVerb> Make, params string[] Aliases)
{
    private const string Container = "container ";

    /// <summary>All that it is called.</summary>
    public IEnumerable<string> Names => IsContainers ? [Name, Container + Name, .. Aliases] : [Name, .. Aliases];

    private bool IsContainers => Kind is Kind.Run or Kind.Container && !Name.Contains(' ');

    public bool IsCalled(string name)
    {
        if (name == Name || Array.IndexOf(Aliases, name) >= 0) return true;
        return IsContainers && name.StartsWith(Container, StringComparison.Ordinal) && name.AsSpan(Container.Length).SequenceEqual(Name);
    }

    /// <summary>Under a name that it has.</summary>
    public MinirunVerb MakeAs(string name) => Make() with { Name = name };
}
