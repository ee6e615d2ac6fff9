using System.CommandLine;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Verbs;

namespace Minirun.Cli.Tree;

/// <summary>
/// The verbs of containers that live on, as the library sees them: for help, completion, and for what was probably meant. They are parsed
/// by <see cref="EngineProgram"/>.
/// </summary>
internal static class EngineTree
{
    public static IEnumerable<Command> Build()
    {
        var groups = new Dictionary<string, Command>();
        foreach (EngineVerb verb in EngineVerbs.All)
        {
            int blank = verb.Name.IndexOf(' ');
            var command =
                new Command(blank < 0 ? verb.Name : verb.Name[(blank + 1)..], char.ToUpperInvariant(verb.Summary[0]) + verb.Summary[1..]);
            foreach (VerbFlag flag in verb.Flags) command.Add(Option(flag));
            if (blank < 0) groups.TryAdd(command.Name, command);
            else Group(groups, verb.Name[..blank]).Add(command);
        }
        return groups.Values;
    }

    private static Command Group(Dictionary<string, Command> groups, string name)
    {
        if (!groups.TryGetValue(name, out Command? group))
            groups[name] = group = new Command(name,
                $"Commands for {(name is "system" ? "all of them" : name is "generate" ? "files about them" : name + "s")}: minirun "
                    + $"{name} --help");
        return group;
    }

    private static Option Option(VerbFlag flag)
    {
        string[] aliases = flag.Letter == '\0' ? [] : ["-" + flag.Letter];
        return flag.Value is null
            ? new Option<bool>("--" + flag.Name, aliases) { Description = flag.Help }
            : new Option<string>("--" + flag.Name, aliases) { Description = flag.Help };
    }
}
