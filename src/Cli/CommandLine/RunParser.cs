using Minirun.Init;

namespace Minirun.Cli.CommandLine;

/// <summary>
/// The arguments of <c>run</c>: docker's dialect, flags end at the first word that is none, and all from ROOTFS on is the command's,
/// verbatim.
/// </summary>
internal static class RunParser
{
    /// <summary>Flags in their order, and the words after them.</summary>
    public sealed record Parsed(List<(Flag Flag, string Value)> Flags, string[] Words, bool WantsHelp)
    {
        public string? File => Flags.FindLast(given => given.Flag.Name == "file").Value;
    }

    /// <exception cref="UnknownFlagException">A flag is not in the table.</exception>
    /// <exception cref="Runtime.UserError">A flag has no value, or one it cannot take.</exception>
    public static Parsed Parse(ReadOnlySpan<string> arguments)
    {
        // Without a flag the table of flags is not made.
        if (arguments.IsEmpty || arguments[0] is not ['-', _, ..]) return new([], arguments.ToArray(), WantsHelp: false);
        var parser = new FlagParser(RunFlags.All, Dialect.Docker, "run");
        int taken = parser.Take(arguments, words: null);
        return new(parser.Given, parser.WantsHelp ? [] : arguments[taken..].ToArray(), parser.WantsHelp);
    }

    /// <summary>Puts flags into a request.</summary>
    public static void Apply(Parsed parsed, RunRequest request)
    {
        // --env-file first: what -e says wins, wherever it stands (docker).
        foreach (var (flag, value) in parsed.Flags)
        {
            if (flag.Name == "env-file") flag.Put(request, value);
            else if (flag.Name == "userns") request.UserNs.Clear();   // a file's maps are replaced, not added to
        }
        foreach (var (flag, value) in parsed.Flags)
            if (flag.Name != "env-file") flag.Put(request, value);
        string[] words = parsed.Words;
        int first = 0;
        if (request.Rootfs is null && words.Length > 0) request.Rootfs = words[first++];
        if (words.Length == first) return;
        // Plainly, as all on the path of every start: LINQ and list expressions bring in the type loader.
        var command = new List<string>(words.Length - first);
        bool isText = true;
        for (int i = first; i < words.Length; i++)
        {
            command.Add(words[i]);
            isText &= !words[i].Contains('\uFFFD');
        }
        request.Command = command;
        if (!isText) request.CommandBytes = Boot.LastArguments(command.Count);
    }
}
