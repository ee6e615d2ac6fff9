using System.CommandLine;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Verbs;
using Minirun.Linux;

namespace Minirun.Cli.Tree;

/// <summary>
/// The verbs as the library knows them, made of <see cref="VerbTable"/>: for completion, and for what was probably meant. They are parsed
/// by <see cref="FlagParser"/>.
/// </summary>
internal static class VerbTree
{
    public static IEnumerable<Command> Build()
    {
        var all = new Dictionary<string, Command>();
        foreach (VerbEntry entry in VerbTable.All)
        {
            MinirunVerb verb = entry.Make();
            foreach (string name in entry.Names)
            {
                int blank = name.IndexOf(' ');
                if (blank < 0) all.Add(name, Build(name, verb));
                else Noun(all, name[..blank]).Add(Build(name[(blank + 1)..], verb));
            }
        }
        return all.Values;
    }

    /// <summary>The flag of a name as it is typed: --net, --network, -e.</summary>
    public static Option? Find(Command verb, string name) =>
        verb.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static Command Noun(Dictionary<string, Command> all, string name)
    {
        if (!all.TryGetValue(name, out Command? noun))
            all[name] = noun = new Command(name, Array.Find(VerbTable.Nouns, each => each.Word == name).Summary);
        return noun;
    }

    private static Command Build(string name, MinirunVerb verb)
    {
        var command = new Command(name, VerbHelp.Sentence(verb.Summary));
        foreach (Flag flag in verb.Flags) command.Add(Build(flag));
        if (verb.Choices.Length > 0)
        {
            var word = new Argument<string?>(verb.Arguments) { Arity = ArgumentArity.ZeroOrOne };
            word.CompletionSources.Add(verb.Choices.Split(' '));
            command.Add(word);
        }
        return command;
    }

    private static Option Build(Flag flag)
    {
        List<string> aliases = flag.Alias is { } alias ? ["--" + alias] : [];
        if (flag.Letter != '\0') aliases.Add("-" + flag.Letter);
        Option option = flag.Value is null
            ? new Option<bool>(flag.Long, [.. aliases])
            : new Option<string[]>(flag.Long, [.. aliases])
            {
                HelpName = flag.Value,
                Arity = flag.ValueIsOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore
            };
        option.Description = flag.Meaning;
        option.CompletionSources.Clear();
        option.CompletionSources.Add(Choices(flag));
        return option;
    }

    private static string[] Choices(Flag flag) => flag.Value switch
    {
        null => ["true", "false"],
        "CAP" => ["ALL", .. capability.Names],
        _ => flag.Choices.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };
}
