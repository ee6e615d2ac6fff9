using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine;
using Minirun.Engine.Events;
using Minirun.Engine.Logs.Reading;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Machine;

/// <summary><c>events</c>: what happened to containers, and what happens.</summary>
internal static class EventsVerb
{
    private const long Nanoseconds = 1_000_000_000, NanosecondsPerTick = 100, NanosecondsPerMillisecond = 1_000_000;
    private static readonly string[] s_texts = ["status", "id", "from", "Type", "Action", "scope"], s_times = ["time", "timeNano"];
    private static readonly string[] s_keys = ["container", "event", "image", "label", "type", "scope"];

    public static MinirunVerb Verb() => new("", "show events of containers as they happen", [
        new("since", '\0', "TIME", "also show events since a time, or since 10m ago"),
        new("until", '\0', "TIME", "stop at this time"),
        new("filter", 'f', "KEY=VALUE", "container, event, image, label, type") { Repeats = true },
        new("format", '\0', "FORMAT", "json, or a template: {{.Action}} {{.Actor.Attributes.name}}"),
        new("stream", '\0', null, "=false: show only past events"),
    ], Execute)
    { Minimum = 0, Maximum = 0, Follows = true, Sample = Sample };

    private static int Execute(VerbArguments words)
    {
        bool goesOn = words.Text("stream") != "false";
        long since = words.Text("since") is { } from ? LogMoment.Parse("--since", from) : goesOn ? long.MaxValue : long.MinValue;
        long until = words.Text("until") is { } to ? LogMoment.Parse("--until", to) : long.MaxValue;
        List<(string Key, string Value)> filters = [.. words.All("filter").Select(Filter)];
        using var reader = new EventReader(EnginePaths.Default(), fromStart: since != long.MaxValue || words.Text("until") is not null);
        // Without --since: from now on.
        if (since == long.MaxValue) since = words.Text("until") is null ? long.MinValue : time.Nanoseconds(time.CLOCK_REALTIME);
        while (true)
        {
            foreach (string line in reader.Read())
            {
                if (Parse(line) is not { } what) continue;
                long when = (long)what["timeNano"]!;
                if (when > until) return 0;
                if (when >= since && Takes(filters, what)) TextOutput.Line(Show(what, words.Text("format")));
            }
            long left = until == long.MaxValue ? -1 : Math.Max(0, until - time.Nanoseconds(time.CLOCK_REALTIME));
            if (!goesOn || left == 0) return 0;
            reader.Wait(left < 0 ? -1 : (int)Math.Min(left / NanosecondsPerMillisecond + 1, int.MaxValue));
        }
    }

    private static (string, string) Filter(string text)
    {
        string[] parts = text.Split('=', 2);
        if (parts.Length < 2 || !s_keys.Contains(parts[0]))
            throw new UserError($"--filter {text}: invalid filter",
                "container=NAME, event=start, image=…, label=NAME[=VALUE], type=container");
        return (parts[0], parts[1]);
    }

    /// <summary>Null for a line that a crash of the machine left half written.</summary>
    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject what && IsWhole(what) ? what : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not JSON; not text; or a member is there twice.
            return null;
        }
    }

    private static bool IsWhole(JsonObject what) =>
        s_texts.All(name => IsText(what[name])) && s_times.All(name => what[name] is JsonValue time && time.TryGetValue(out long _))
        && what["Actor"] is JsonObject actor && actor["Attributes"] is JsonObject attributes && attributes.All(each => IsText(each.Value));

    private static bool IsText(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? _);

    /// <summary>Of one key any value will do, of several keys all must; of labels all must.</summary>
    private static bool Takes(List<(string Key, string Value)> filters, JsonObject what)
    {
        foreach (var group in filters.GroupBy(each => each.Key))
            if (!(group.Key == "label"
                ? group.All(each => Is(each.Key, each.Value, what))
                : group.Any(each => Is(each.Key, each.Value, what))))
                return false;
        return true;
    }

    private static bool Is(string key, string value, JsonObject what)
    {
        var attributes = (JsonObject)what["Actor"]!["Attributes"]!;
        string action = (string)what["Action"]!;
        switch (key)
        {
            case "container":
                return (string?)attributes["name"] == value.TrimStart('/')
                    || (value.Length > 0 && ((string)what["id"]!).StartsWith(value, StringComparison.Ordinal));
            // health_status matches `health_status: healthy`.
            case "event": return action == value || action.StartsWith(value + ":", StringComparison.Ordinal);
            case "image": return (string?)what["from"] == value;
            case "type": return (string?)what["Type"] == value;
            case "scope": return (string?)what["scope"] == value;
            default:
                string[] parts = value.Split('=', 2);
                return attributes.TryGetPropertyValue(parts[0], out JsonNode? label) && (parts.Length < 2 || (string?)label == parts[1]);
        }
    }

    private static string Show(JsonObject what, string? format)
    {
        if (format == "json") return what.ToJsonString();
        if (format is not null) return Template.Fill(format, Named(what));
        long when = (long)what["timeNano"]!;
        DateTimeOffset local =
            DateTimeOffset.FromUnixTimeSeconds(when / Nanoseconds).AddTicks(when % Nanoseconds / NanosecondsPerTick).ToLocalTime();
        string stamp = local.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + $".{when % Nanoseconds:D9}"
            + local.ToString("zzz", CultureInfo.InvariantCulture);
        var attributes = ((JsonObject)what["Actor"]!["Attributes"]!).OrderBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => $"{each.Key}={each.Value}");
        string line = $"{stamp} {what["Type"]} {what["Action"]} {what["id"]} ({string.Join(", ", attributes)})";
        return Paragraph.Fit(Screen.Out, "", SafeText.Of(line), 4);
    }

    /// <summary>What each event has; its attributes are of many kinds.</summary>
    private static JsonObject Sample()
    {
        var what = new JsonObject { ["Actor"] = new JsonObject { ["ID"] = "", ["Attributes"] = new JsonObject() } };
        foreach (string name in s_texts) what[name] = "";
        foreach (string name in s_times) what[name] = 0;
        return Named(what);
    }

    /// <summary>With the names that docker's templates have.</summary>
    private static JsonObject Named(JsonObject what) => new()
    {
        ["Status"] = what["status"]!.DeepClone(),
        ["ID"] = what["id"]!.DeepClone(),
        ["From"] = what["from"]!.DeepClone(),
        ["Type"] = what["Type"]!.DeepClone(),
        ["Action"] = what["Action"]!.DeepClone(),
        ["Actor"] = what["Actor"]!.DeepClone(),
        ["Scope"] = what["scope"]!.DeepClone(),
        ["Time"] = what["time"]!.DeepClone(),
        ["TimeNano"] = what["timeNano"]!.DeepClone(),
    };
}
