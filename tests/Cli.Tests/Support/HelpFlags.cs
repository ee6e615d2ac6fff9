using System.Text.RegularExpressions;

namespace Minirun.Cli.Tests.Support;

/// <summary>The flags of a verb that have a value, as its help has them: a new flag is in every test that goes over them.</summary>
internal static partial class HelpFlags
{
    /// <param name="verb">run, exec and the like.</param>
    public static List<(string Name, string Kind)> Of(string verb) =>
        [.. Flag().Matches(Minirun.Run(verb, "--help").Succeeds().Out).Select(flag => (flag.Groups[1].Value, flag.Groups[2].Value))];

    [GeneratedRegex(@"^ .{5}(--[a-z-]+) (\S+)(?: |$)", RegexOptions.Multiline)]
    private static partial Regex Flag();
}
