using System.Globalization;
using Minirun.Engine.Logs.Reading;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Machine;

/// <summary>--filter of <c>prune</c>: what is removed must be all of it.</summary>
internal sealed class PruneFilter
{
    private readonly List<(string Key, string Value)> _wanted = [];
    private readonly long _until = long.MaxValue;

    /// <exception cref="UserError">An unknown key, or no time.</exception>
    public PruneFilter(IEnumerable<string> filters)
    {
        foreach (string filter in filters)
        {
            int equals = filter.IndexOf('=');
            // label!=NAME is the key label! with docker.
            string key = equals <= 0 ? "" : filter[..equals];
            if (key is not ("until" or "label" or "label!"))
                throw new UserError($"--filter {filter}: invalid filter", "until=24h, label=NAME[=VALUE], label!=NAME[=VALUE]");
            if (key == "until") _until = LogMoment.Parse("--filter until", filter[(equals + 1)..]);
            else _wanted.Add((key, filter[(equals + 1)..]));
        }
    }

    /// <param name="created">RFC 3339; what has no time is of today.</param>
    /// <param name="labels">It may have none.</param>
    public bool Takes(string created, IReadOnlyDictionary<string, string> labels)
    {
        if (_until != long.MaxValue
            && !(DateTimeOffset.TryParse(created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset made)
                && made.ToUnixTimeMilliseconds() * 1_000_000 < _until))
            return false;
        foreach (var (key, value) in _wanted)
            if (Has(labels, value) != (key == "label")) return false;
        return true;
    }

    public static bool Has(IReadOnlyDictionary<string, string> labels, string text)
    {
        int equals = text.IndexOf('=');
        return labels.TryGetValue(equals < 0 ? text : text[..equals], out string? value) && (equals < 0 || value == text[(equals + 1)..]);
    }
}
