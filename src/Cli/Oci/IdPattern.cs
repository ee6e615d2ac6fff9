using System.Text.RegularExpressions;
using Minirun.Cli.CommandLine;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci;

/// <summary>
/// crun's <c>--regex</c>: the id is a pattern, and what is done is done to all containers whose id it finds something in.
/// </summary>
internal static class IdPattern
{
    public static readonly Flag Flag = new("regex", 'r', null, "the id is a regular expression: all containers that match");

    /// <summary>For each container that is meant, also when another fails before it. That none matches is no error.</summary>
    /// <exception cref="UserError">The pattern is none, or the first failure.</exception>
    public static void ForEach(StateStore store, VerbArguments arguments, Action<string> action)
    {
        UserError? failure = null;
        foreach (string id in Ids(store, arguments))
        {
            try
            {
                action(id);
            }
            catch (UserError error)
            {
                failure ??= error;
            }
        }
        if (failure is not null) throw failure;
    }

    private static List<string> Ids(StateStore store, VerbArguments arguments)
    {
        string id = arguments.Words[0];
        if (!arguments.Has(Flag.Name)) return [id];
        try
        {
            var pattern = new Regex(id, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return store.Ids().FindAll(pattern.IsMatch);
        }
        catch (RegexParseException error)
        {
            throw new UserError($"invalid regular expression \"{id}\": {error.Error} at character {error.Offset + 1}", "such as '^pod-7-'");
        }
    }
}
