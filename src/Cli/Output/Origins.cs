using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>
/// Where in a container file the values of flags stand. What a flag takes and only the root file system or the machine shows to be wrong,
/// such as a user that is not there, is then named with its place, too.
/// </summary>
internal static class Origins
{
    private static List<(string Flag, string Key, string Value, UserErrorPlace Place)>? s_all;

    public static void Add(string flag, string key, string value, UserErrorPlace place) => (s_all ??= []).Add((flag, key, value, place));

    /// <summary>The error with the place of the value that it speaks of, if a file gave that: its message begins with both.</summary>
    public static UserError Located(UserError error)
    {
        foreach (var (flag, key, value, place) in s_all ?? [])
        {
            if (value.Length == 0 || !error.Message.StartsWith(flag, StringComparison.Ordinal)
                || !Names(error.Message[flag.Length..], value))
                continue;
            return error.As(place.At($"{key}: {error.Message}"));
        }
        return error;
    }

    /// <summary>What stands behind a flag's name: `VALUE`, `'VALUE'`, or `: … 'VALUE'`.</summary>
    private static bool Names(string rest, string value) =>
        rest.StartsWith(' ' + value, StringComparison.Ordinal) || rest.StartsWith($" '{value}'", StringComparison.Ordinal)
            || (rest.StartsWith(": ", StringComparison.Ordinal) && rest.Contains($"'{value}'", StringComparison.Ordinal));
}
