using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Machine;
using Minirun.Engine.Life;
using Minirun.Engine.Networks;
using Minirun.Engine.Networks.Cni;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Network;

/// <summary>The verbs of <c>minirun network</c>, and <c>port</c>.</summary>
internal static class NetworkVerbs
{
    public static MinirunVerb CreateVerb() =>
        new("NAME", "create a network",
            [new("driver", 'd', "DRIVER", "bridge (default), macvlan or ipvlan"),
                new("subnet", '\0', "SUBNET", "subnet: 10.1.2.0/24 (default: a free one)"),
                new("gateway", '\0', "ADDRESS", "the host's address on it (default: the first)"),
                new("ip-range", '\0', "SUBNET", "give containers addresses from this range only"),
                    new("internal", '\0', null, "no way out of the network"),
                new("opt", 'o', "NAME=VALUE", "set an option of the driver: parent=INTERFACE for macvlan and ipvlan") { Repeats = true },
                new("label", '\0', "NAME=VALUE", "a label") { Repeats = true }],
            Create)
        { Maximum = 1 };

    public static MinirunVerb ListVerb() =>
        new("", "list networks", [
            new("quiet", 'q', null, "print only names"),
            new("filter", 'f', "KEY=VALUE", "name, driver, label") { Repeats = true },
            new("format", '\0', "FORMAT", "json, table, or a template with {{.Name}}, {{.Driver}}, {{.Subnet}}, {{.Internal}}"),
        ], List)
        { Minimum = 0, Maximum = 0, Sample = Sample };

    public static MinirunVerb InspectVerb() =>
        new("NETWORK…", "show everything about networks as JSON", [new("format", 'f', "FORMAT", "json, or a template")], Inspect);

    public static MinirunVerb RemoveVerb() =>
        new("NETWORK…", "remove networks", [new("force", 'f', null, "a missing network is no error")],
            words => EachWord.Do(words, Store.Remove));

    public static MinirunVerb PruneNetworksVerb() =>
        new("", "remove all networks that no running container is on", [Question.Force, PruneVerb.Filter], Prune)
        {
            Minimum = 0,
            Maximum = 0
        };

    public static MinirunVerb ConnectVerb() =>
        new("NETWORK CONTAINER", "not supported: a container's network is chosen when it is created", [],
            _ => throw Fixed())
        {
            Minimum = 2,
            Maximum = 2
        };

    public static MinirunVerb DisconnectVerb() =>
        new("NETWORK CONTAINER", "not supported either", [new("force", 'f', null, "accepted")],
            _ => throw Fixed())
        {
            Minimum = 2,
            Maximum = 2
        };

    public static MinirunVerb PortVerb() =>
        new("CONTAINER [PORT[/PROTOCOL]]", "list the published ports of a container", [], Port) { Maximum = 2 };

    private static readonly System.Text.Json.JsonSerializerOptions s_indented =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static NetworkStore Store => new(ContainerStores.Own.Paths);

    private static int Create(VerbArguments words)
    {
        // This comes before anything is created: a network that no container can join helps nobody.
        if (unistd.geteuid() != 0)
            throw new UserError("network create: only root can create networks",
                "a user's container has pasta or slirp4netns (--net), or the network of another (--net container:NAME)");
        string? parent = null;
        foreach (string option in words.All("opt"))
            parent = option.StartsWith("parent=", StringComparison.Ordinal)
                ? option["parent=".Length..]
                : throw new UserError($"--opt {option}: unknown", "parent=INTERFACE is for macvlan and ipvlan");
        Dictionary<string, string> labels = [];
        foreach (string label in words.All("label")) EngineValues.Label(label, labels);
        Store.Create(words.Words[0],
            new BridgeNetwork
            {
                Driver = words.Text("driver") ?? "bridge",
                Subnet = words.Text("subnet"),
                Gateway = words.Text("gateway"),
                Range = words.Text("ip-range"),
                Internal = words.Has("internal"),
                Parent = parent,
                Labels = labels
            });
        TextOutput.Line(words.Words[0]);
        return 0;
    }

    private static int List(VerbArguments words)
    {
        List<CniConfig> networks = Store.All().FindAll(config => words.All("filter").All(filter => Takes(config, filter)));
        if (words.Has("quiet"))
            foreach (CniConfig config in networks) TextOutput.Line(config.Name);
        else if (words.Text("format") is { } format and not "table")
            Rows.Print(format, [.. networks.Select(config => Row(config.Name, config.Driver, Subnet(config), config.IsInternal))]);
        else if (networks.Count > 0)
            Table.Print([["NAME", "DRIVER", "SUBNET"], .. networks.Select(config => new[] { config.Name, config.Driver, Subnet(config) })]);
        return 0;
    }

    private static string Subnet(CniConfig config) => string.Join(',', Subnets.Of(config));

    /// <summary>An empty row: its names are the fields that --format can use.</summary>
    private static JsonObject Sample() => Row("", "", "", false);

    private static JsonObject Row(string name, string driver, string subnet, bool isInternal) =>
        new() { ["Name"] = name, ["Driver"] = driver, ["Subnet"] = subnet, ["Internal"] = isInternal };

    private static bool Takes(CniConfig config, string filter)
    {
        int equals = filter.IndexOf('=');
        string value = filter[(equals + 1)..];
        return (equals < 0 ? "" : filter[..equals]) switch
        {
            "name" => config.Name.Contains(value, StringComparison.Ordinal),
            "driver" => config.Driver == value,
            "label" => PruneFilter.Has(config.Labels, value),
            _ => throw new UserError($"--filter {filter}: invalid filter", "name=web, driver=bridge, label=team=a"),
        };
    }

    private static int Inspect(VerbArguments words)
    {
        var all = new JsonArray();
        foreach (string name in words.Words)
        {
            JsonObject network = Describe(Store.Find(name));
            if (words.Text("format") is { } format && format != "json") TextOutput.Line(Template.Fill(format, network));
            else all.Add((JsonNode)network);
        }
        if (all.Count > 0) TextOutput.Line(SafeText.Json(all.ToJsonString(s_indented)));
        return 0;
    }

    public static bool Has(string name) => Store.TryFind(name) is not null;

    public static JsonObject Describe(string name) => Describe(Store.Find(name));

    private static JsonObject Describe(CniConfig config)
    {
        var containers = new JsonObject();
        foreach (var peer in Store.Peers(config.Name))
            containers[peer.Id] = new JsonObject { ["Name"] = peer.Names[0], ["IPv4Address"] = peer.Address };
        var subnets = new JsonArray();
        foreach (IPNetwork subnet in Subnets.Of(config))
            subnets.Add((JsonNode)new JsonObject { ["Subnet"] = subnet.ToString(), ["Gateway"] = NetworkStore.Gateway(config) });
        return new JsonObject
        {
            ["Name"] = config.Name,
            ["Driver"] = config.Driver,
            ["Internal"] = config.IsInternal,
            ["File"] = config.Path,
            ["IPAM"] = new JsonObject { ["Config"] = subnets },
            ["Containers"] = containers,
            ["Labels"] = new JsonObject(config.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
            ["CNI"] = JsonNode.Parse(config.Json),
        };
    }

    private static int Prune(VerbArguments words)
    {
        var filter = new PruneFilter(words.All("filter"));
        if (Question.Allows(words, "This will remove all networks not used by at least one running container.")) Prune(filter);
        return 0;
    }

    /// <summary>Removes all unused networks that minirun made, and prints their names.</summary>
    public static void Prune(PruneFilter filter)
    {
        List<string> removed = [];
        foreach (CniConfig config in Store.All())
        {
            if (!Store.IsOurs(config) || Store.Peers(config.Name).Count > 0 || !filter.Takes(Made(config), config.Labels)) continue;
            try
            {
                Store.Remove(config.Name);
                removed.Add(config.Name);
            }
            catch (Exception error) when (Message.Has(error))
            {
                Message.Print(error);
            }
        }
        PruneVerb.Say("Deleted Networks", removed);
    }

    /// <summary>The time of the network's file, which is never changed after its creation.</summary>
    private static string Made(CniConfig config) => File.GetLastWriteTimeUtc(config.Path).ToString("o", CultureInfo.InvariantCulture);

    private static UserError Fixed() =>
        new("a container's network is chosen when it is created", "create it anew: minirun run --net NETWORK …");

    private static int Port(VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        List<PortMapping> ports = container.IsRunning && NetworkRecord.Of(container) is { } record ? record.Ports : [];
        if (words.Words.Count == 1)
        {
            foreach (PortMapping port in ports) TextOutput.Line($"{port.Inside} -> {port.Outside}");
            return 0;
        }
        string wanted = words.Words[1].Contains('/') ? words.Words[1] : words.Words[1] + "/tcp";
        bool found = false;
        foreach (PortMapping port in ports)
            if (port.Inside == wanted)
            {
                TextOutput.Line(port.Outside);
                found = true;
            }
        return found
            ? 0
            : throw new UserError($"no public port '{wanted}' published for {container.Config.Name}",
                $"minirun port {container.Config.Name} lists those that are", 1);
    }
}
