using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary>What is wrong with a verb's flag, and what was probably meant.</summary>
internal static class FlagErrors
{
    public static string Help(string verb) => $"`minirun {verb} --help` lists all flags";

    /// <summary>A flag that the verb does not have.</summary>
    public static UserError Unknown(string verb, Flag[] flags, string argument)
    {
        string flag = argument.Split('=')[0], help = Help(verb);
        if (!flag.StartsWith("--", StringComparison.Ordinal))
        {
            char unknown = flag.Skip(1).FirstOrDefault(each => !HasLetter(flags, each));
            string letter = "-" + unknown;
            string text = letter == argument ? $"unknown flag {letter}" : $"unknown flag {letter} in {argument}";
            return new UserError($"{verb}: {text}", Has(flags, flag[1..]) ? $"did you mean -{flag}? {help}" : help);
        }
        List<string> names = [.. flags.SelectMany(each => (string?[])[each.Alias, each.Name]).OfType<string>().Select(name => "--" + name)];
        // Letters behind one dash too many: --it.
        bool isLetters = flag.Length is > 2 and <= 4 && flag.Skip(2).All(each => HasLetter(flags, each))
            && !names.Exists(name => name.StartsWith(flag, StringComparison.Ordinal));
        string? closest = isLetters ? flag[1..] : Spelling.Closest(flag, names);
        return new UserError($"{verb}: unknown flag {flag}", closest is null ? help : $"did you mean {closest}? {help}");
    }

    /// <summary>One that stands before its verb.</summary>
    public static UserError Behind(string verb, string argument) =>
        new($"{argument.Split('=')[0]} is a flag of {verb} and goes after it", $"write minirun {verb} {argument} …");

    /// <summary>Whether all that is written there is a flag: --name, or -letters.</summary>
    public static bool Knows(Flag[] flags, string argument)
    {
        string name = argument.Split('=')[0];
        return name.StartsWith("--", StringComparison.Ordinal)
            ? Has(flags, name[2..])
            : name.Length > 1 && name.Skip(1).All(letter => HasLetter(flags, letter));
    }

    private static bool Has(Flag[] flags, string name) => Array.Exists(flags, flag => flag.Is(name));

    private static bool HasLetter(Flag[] flags, char letter) => Array.Exists(flags, flag => flag.Letter == letter);
}
