using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>
/// A second container in the user and pid namespaces of a first, as in a pod: fork-news enters them by itself, and cannot be dumped from
/// then on.
/// </summary>
public sealed class SharedUserNamespaceTests : IDisposable
{
    private readonly OciBundle _first = new OciBundle(OwnUserNamespace, "sleep", "1003").Make("create", "start");

    public void Dispose() => _first.Dispose();

    [Fact]
    public void It_sees_the_processes_of_the_first_and_has_its_own_mounts_and_score()
    {
        if (!OciBundle.IsOurs) return;
        using var volume = new TemporaryDirectory();
        volume.Write("news", "from outside");
        using OciBundle second = Second(config =>
        {
            config["process"]!["oomScoreAdj"] = 500;
            config["mounts"]!.AsArray()
                .Add(
                    JsonNode.Parse(
                        $$"""{"destination": "/mnt", "type": "bind", "source": "{{volume.Path}}", "options": ["bind", "ro"]}"""));
        }, "cat /mnt/news; echo; cat /proc/self/oom_score_adj; id -u; ps | grep -c '[s]leep 1003'");
        Assert.Equal(["from outside", "500", "0", "1"], second.Oci("run", "--bundle", second.Directory, "ID").Succeeds().Lines);
    }

    [Requires(Need.Root)]
    public void It_may_have_clocks_of_its_own()
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle second = Second(config =>
        {
            config["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type": "time"}"""));
            config["linux"]!["timeOffsets"] = JsonNode.Parse("""{"boottime": {"secs": 864000000}}""");
        }, "cut -d. -f1 /proc/uptime");
        string uptime = second.Oci("run", "--bundle", second.Directory, "ID").Succeeds().Lines[0];
        Assert.True(long.Parse(uptime) > 864000000, uptime);
    }

    [Fact]
    public void A_source_that_is_not_there_is_named_and_nothing_is_left()
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle second = Second(
            config => config["mounts"]!.AsArray()
                .Add(JsonNode.Parse("""{"destination": "/mnt", "type": "bind", "source": "/no/such/place", "options": ["bind"]}""")),
            "true");
        Result result = second.Oci("create", "--bundle", second.Directory, "ID");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("/no/such/place", result.Error);
        Assert.Contains("no such file or directory", result.Error);
        Assert.NotEqual(0, second.Oci("state", "ID").ExitCode);
    }

    [Fact]
    public void A_namespace_that_cannot_be_entered_is_named()
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle second = Second(config => Of(config, "user")["path"] = $"/proc/{_first.Pid}/ns/uts", "true");
        Result result = second.Oci("create", "--bundle", second.Directory, "ID");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"linux.namespaces: /proc/{_first.Pid}/ns/uts: not a namespace of the kind user but uts", result.Error);
    }

    private OciBundle Second(Action<JsonObject> edit, string script) => new(config =>
    {
        OwnUserNamespace(config);
        config["linux"]!.AsObject().Remove("uidMappings");
        config["linux"]!.AsObject().Remove("gidMappings");
        foreach (string kind in (string[])["pid", "user"]) Of(config, kind)["path"] = $"/proc/{_first.Pid}/ns/{kind}";
        edit(config);
    }, "sh", "-c", script);

    private static JsonNode Of(JsonObject config, string kind) =>
        config["linux"]!["namespaces"]!.AsArray().Single(each => (string?)each!["type"] == kind)!;

    /// <summary>What the document of an ordinary user has anyway.</summary>
    private static void OwnUserNamespace(JsonObject config)
    {
        JsonNode linux = config["linux"]!;
        if (linux["namespaces"]!.AsArray().Any(each => (string?)each!["type"] == "user")) return;
        linux["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type": "user"}"""));
        foreach (string ids in (string[])["uidMappings", "gidMappings"])
            linux[ids] = JsonNode.Parse("""[{"containerID": 0, "hostID": 0, "size": 65536}]""");
    }
}
