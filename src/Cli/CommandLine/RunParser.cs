using Minirun.Init;
using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>
/// The arguments of <c>run</c>, parsed by hand: docker's forms, options end at the first word that is none, and all from ROOTFS on is the
/// command's, verbatim. A command-line library costs more than the clone (docs/decisions/0006).
/// </summary>
internal static class RunParser
{
    /// <summary>Flags in their order, and the words after them.</summary>
    public sealed record Parsed(List<(RunOption Option, string Value)> Flags, string[] Words, bool WantsHelp)
    {
        public string? File => Flags.FindLast(flag => flag.Option.Name == "--file").Value;
    }

    /// <exception cref="UnknownOptionException">A flag is not in the table.</exception>
    /// <exception cref="UserError">A flag has no value, or one it cannot take.</exception>
    public static Parsed Parse(ReadOnlySpan<string> arguments)
    {
        var flags = new List<(RunOption, string)>();
        for (int at = 0; at < arguments.Length; at++)
        {
            string argument = arguments[at];
            if (argument == "--help") return new(flags, [], WantsHelp: true);
            if (argument == "--") return new(flags, arguments[(at + 1)..].ToArray(), false);
            if (argument.Length < 2 || argument[0] != '-') return new(flags, arguments[at..].ToArray(), false);
            string? next = at + 1 < arguments.Length ? arguments[at + 1] : null;
            if (argument[1] == '-' ? Long(flags, argument, next) : Brief(flags, argument, next)) at++;
        }
        return new(flags, [], false);
    }

    /// <summary>Puts flags into options.</summary>
    public static void Apply(Parsed parsed, RunRequest options)
    {
        // --env-file first: what -e says wins, wherever it stands (docker).
        foreach (var (option, value) in parsed.Flags)
        {
            if (option.Name == "--env-file") option.Put(options, value);
            else if (option.Name == "--userns") options.UserNs.Clear();   // a file's maps are replaced, not added to
        }
        foreach (var (option, value) in parsed.Flags)
            if (option.Name != "--env-file") option.Put(options, value);
        string[] words = parsed.Words;
        int first = 0;
        if (options.Rootfs is null && words.Length > 0) options.Rootfs = words[first++];
        if (words.Length == first) return;
        // Plainly, as all on the path of every start: LINQ and list expressions bring in the type loader.
        var command = new List<string>(words.Length - first);
        bool isText = true;
        for (int i = first; i < words.Length; i++)
        {
            command.Add(words[i]);
            isText &= !words[i].Contains('\uFFFD');
        }
        options.Command = command;
        if (!isText) options.CommandBytes = Boot.LastArguments(command.Count);
    }

    /// <summary>--name, --name=value, --name value. True when the next argument was the value.</summary>
    private static bool Long(List<(RunOption, string)> flags, string argument, string? next)
    {
        int equals = argument.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? argument : argument.AsSpan(0, equals);
        RunOption option = RunOptionTable.Find(name) ?? throw new UnknownOptionException(argument);
        if (equals >= 0) flags.Add((option, Assigned(option, argument[(equals + 1)..])));
        else if (option.Value is null || option.ValueIsOptional) flags.Add((option, "true"));
        else
        {
            flags.Add((option, next ?? throw Missing(option, option.Name)));
            return true;
        }
        return false;
    }

    /// <summary>-it, -e NAME, -eNAME, -e=NAME: letters of switches may stand together, the last may have a value.</summary>
    private static bool Brief(List<(RunOption, string)> flags, string argument, string? next)
    {
        for (int i = 1; i < argument.Length; i++)
        {
            RunOption option = RunOptionTable.Find(argument[i]) ?? throw new UnknownOptionException(argument);
            string rest = argument[(i + 1)..];
            if (option.Value is null)
            {
                bool assigned = rest.StartsWith('=');
                flags.Add((option, assigned ? Assigned(option, rest[1..]) : "true"));
                if (assigned) return false;
                continue;
            }
            if (rest.Length > 0) flags.Add((option, rest.StartsWith('=') ? rest[1..] : rest));
            else flags.Add((option, next ?? throw Missing(option, "-" + argument[i])));
            return rest.Length == 0;
        }
        return false;
    }

    /// <summary>The value after =, which a switch has only two of.</summary>
    private static string Assigned(RunOption option, string value) => option.Value is not null || RunOptionTable.Truth(value) is not null
        ? value
        : throw new UserError($"{option.Name}={value}: neither true nor false",
            $"write {option.Name}, {option.Name}=true or {option.Name}=false");

    private static UserError Missing(RunOption option, string name) =>
        new($"{name} needs a value: {option.Value}", $"write {name} {option.Value}; `minirun run --help` lists all flags");
}

/// <summary>A flag that <c>run</c> does not have; the library finds what was meant.</summary>
internal sealed class UnknownOptionException(string option) : Exception(option);
