using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Machine;
using Minirun.Engine.Copying;
using Minirun.Engine.Volumes;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Volume;

/// <summary><c>volume …</c>: docker's verbs, flags and columns.</summary>
internal static class VolumeVerbs
{
    private static readonly JsonSerializerOptions s_indented =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Flag s_force = new("force", 'f', null, "a missing volume or driver is no error");

    private static VolumeStore Store => new(ContainerStores.Own.Paths);

    public static MinirunVerb CreateVerb() =>
        new("[NAME]", "create a volume and print its name", [
            new("driver", 'd', "DRIVER", "local (default), or a plugin"),
            new("opt", 'o', "KEY=VALUE", "set an option of the driver") { Repeats = true },
            new("label", '\0', "NAME[=VALUE]", "a label") { Repeats = true },
            new("name", '\0', "NAME", "the same as NAME"),
        ], Create)
        { Minimum = 0, Maximum = 1 };

    public static MinirunVerb ListVerb() =>
        new("", "list volumes", [
            new("quiet", 'q', null, "print only names"),
            new("filter", 'f', "KEY=VALUE", "name, driver, label, dangling") { Repeats = true },
            new("format", '\0', "FORMAT", "json, table, or a template: {{.Name}} {{.Driver}}"),
        ], List)
        { Minimum = 0, Maximum = 0, Sample = Sample };

    public static MinirunVerb InspectVerb() =>
        new("VOLUME…", "show everything about volumes as JSON",
            [new("format", 'f', "FORMAT", "a template: {{.Mountpoint}}")], Inspect);

    public static MinirunVerb RemoveVerb() =>
        new("VOLUME…", "remove volumes that no container uses", [s_force], Remove);

    public static MinirunVerb PruneVolumesVerb() =>
        new("", "remove all anonymous local volumes that no container uses", [
            new("all", 'a', null, "also remove named volumes"),
            Question.Force,
            new("filter", '\0', "KEY=VALUE", "label, label!") { Repeats = true },
        ], Prune)
        { Minimum = 0, Maximum = 0 };

    private static int Create(VerbArguments words)
    {
        string name = words.Words.Count > 0 ? words.Words[0] : words.Text("name") ?? "";
        if (words.Words.Count > 0 && words.Text("name") is { } other && other != name)
            throw new UserError("conflicting options: either specify --name or provide positional arg, not both",
                "write minirun volume create NAME");
        var wanted = new VolumeRecord { Name = name, Driver = words.Text("driver") ?? LocalDriver.DriverName };
        foreach (string option in words.All("opt")) EngineValues.Label(option, wanted.Options);
        foreach (string label in words.All("label")) EngineValues.Label(label, wanted.Labels);
        TextOutput.Line(Store.Create(wanted).Name);
        return 0;
    }

    private static int List(VerbArguments words)
    {
        VolumeStore store = Store;
        List<VolumeRecord> volumes = store.All().FindAll(volume => words.All("filter").All(filter => Takes(store, volume, filter)));
        if (words.Has("quiet"))
            foreach (VolumeRecord volume in volumes) TextOutput.Line(volume.Name);
        else if (words.Text("format") is { } format and not "table")
            Rows.Print(format, [.. volumes.Select(volume => Row(store, volume))]);
        else
            Table.Print([["DRIVER", "VOLUME NAME"], .. volumes.Select(volume => new[] { volume.Driver, volume.Name })]);
        return 0;
    }

    private static bool Takes(VolumeStore store, VolumeRecord volume, string filter)
    {
        int equals = filter.IndexOf('=');
        if (equals <= 0) throw new UserError($"--filter {filter}: not KEY=VALUE", "name=data, driver=local, label=team=a, dangling=true");
        string value = filter[(equals + 1)..];
        return filter[..equals] switch
        {
            "name" => volume.Name.Contains(value, StringComparison.Ordinal),
            "driver" => volume.Driver == value,
            "label" => HasLabel(volume, value),
            "label!" => !HasLabel(volume, value),
            "dangling" => (value is "true" or "1") == (store.Users(volume.Name).Count == 0),
            var key => throw new UserError($"--filter {key}: invalid filter", "name, driver, label, dangling"),
        };
    }

    private static bool HasLabel(VolumeRecord volume, string text)
    {
        int equals = text.IndexOf('=');
        return volume.Labels.TryGetValue(equals < 0 ? text : text[..equals], out string? value)
            && (equals < 0 || value == text[(equals + 1)..]);
    }

    /// <summary>The row of no volume.</summary>
    private static JsonObject Sample() => Row(Store, new VolumeRecord());

    private static JsonObject Row(VolumeStore store, VolumeRecord volume) => new()
    {
        ["Availability"] = "N/A",
        ["Driver"] = volume.Driver,
        ["Group"] = "N/A",
        ["Labels"] = string.Join(',', volume.Labels.Select(label => $"{label.Key}={label.Value}")),
        ["Links"] = "N/A",
        ["Mountpoint"] = volume.Driver == LocalDriver.DriverName ? store.Drivers.Of(volume.Driver).Path(volume.Name) ?? "" : "",
        ["Name"] = volume.Name,
        ["Scope"] = "local",
        ["Size"] = "N/A",
        ["Status"] = "N/A",
    };

    private static int Inspect(VerbArguments words)
    {
        VolumeStore store = Store;
        var all = new JsonArray();
        int status = 0;
        foreach (string name in words.Words)
            try
            {
                JsonObject volume = Describe(store, name);
                if (words.Text("format") is { } format) TextOutput.Line(Template.Fill(format, volume));
                else all.Add((JsonNode)volume);
            }
            catch (Exception error) when (Message.Has(error))
            {
                status = Math.Max(status, EachWord.Complain(error));
            }
        if (words.Text("format") is null) TextOutput.Line(SafeText.Json(all.ToJsonString(s_indented)));
        return status;
    }

    public static bool Has(string name) => Store.Find(name) is not null;

    public static JsonObject Describe(string name) => Describe(Store, name);

    private static JsonObject Describe(VolumeStore store, string name)
    {
        var (record, volume) = store.Get(name);
        var described = new JsonObject
        {
            ["CreatedAt"] = volume.CreatedAt ?? (record.Created.Length > 0 ? record.Created : null),
            ["Driver"] = record.Driver,
            ["Labels"] = Map(record.Labels),
            ["Mountpoint"] = volume.Mountpoint,
            ["Name"] = name,
            ["Options"] = record.Options.Count > 0 ? Map(record.Options) : null,
            ["Scope"] = store.Drivers.Of(record.Driver).Scope,
        };
        if (volume.Status is { } status) described["Status"] = JsonNode.Parse(status);
        return described;
    }

    private static JsonObject Map(Dictionary<string, string> map)
    {
        var node = new JsonObject();
        foreach (var (key, value) in map) node[key] = value;
        return node;
    }

    private static int Remove(VerbArguments words) => EachWord.Do(words, word => Store.Remove(word, words.Has("force")));

    private static int Prune(VerbArguments words)
    {
        bool goes = Question.Allows(words,
            words.Has("all")
                ? "This will remove all local volumes not used by at least one container."
                : "This will remove anonymous local volumes not used by at least one container.");
        PruneVerb.Reclaimed(goes ? Prune(words.Has("all"), words.All("filter")) : 0);
        return 0;
    }

    /// <summary>Removes them, and says so; gives how many bytes that were.</summary>
    public static long Prune(bool named, IEnumerable<string> filters)
    {
        VolumeStore store = Store;
        List<string> removed = [];
        long total = 0;
        foreach (VolumeRecord volume in store.All())
        {
            bool wanted = volume.Driver == LocalDriver.DriverName && (volume.Anonymous || named)
                && filters.All(filter => Takes(store, volume, filter));
            if (!wanted || store.Users(volume.Name).Count > 0) continue;
            try
            {
                long size = TreeSize.Of($"{store.Paths.Volumes}/{volume.Name}");
                store.Remove(volume.Name);
                removed.Add(volume.Name);
                total += size;
            }
            catch (Exception error) when (Message.Has(error))
            {
                Message.Print(error);
            }
        }
        PruneVerb.Say("Deleted Volumes", removed);
        return total;
    }
}
