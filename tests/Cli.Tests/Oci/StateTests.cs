using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

public sealed class StateTests
{
    [Fact]
    public void A_container_is_created_then_running_then_stopped()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        Assert.Equal("created", bundle.Status);
        int pid = bundle.Pid;
        Assert.True(Kernel.IsAlive(pid));
        bundle.Make("start");
        Assert.Equal("running", bundle.Status);
        Assert.Equal(pid, bundle.Pid);
        bundle.Oci("kill", "ID", "KILL").Succeeds();
        Assert.True(Deadline.Wait(() => bundle.Status == "stopped"));
        Assert.Equal(0, bundle.Pid);
        bundle.Oci("delete", "ID").Succeeds();
        Assert.Contains("container does not exist", bundle.Oci("state", "ID").Exits(1).Error);
    }

    [Requires(Need.Root | Need.Runc)]
    public void The_state_has_the_members_of_runcs()
    {
        using OciBundle bundle =
            new OciBundle(config => config["annotations"] = new JsonObject { ["org.example"] = "a \"b\"" }, "sleep", "1000").Make("create");
        try
        {
            Support.Minirun.Other(new Start { Before = "exec >/dev/null 2>&1" }, "runc", "--root", bundle.Directory + "/runc", "create",
                "--bundle", bundle.Directory, bundle.Id)
                .Exits(0);
            JsonObject ours = bundle.State(), runcs = JsonNode.Parse(bundle.Runc("state", "ID").Succeeds().Out)!.AsObject();
            Assert.Equal(runcs.Select(member => member.Key), ours.Select(member => member.Key));
            foreach (string same in (string[])["id", "status", "bundle", "rootfs", "annotations", "owner"])
                Assert.Equal(runcs[same]!.ToJsonString(), ours[same]!.ToJsonString());
            Assert.True(
                DateTimeOffset.TryParse((string?)ours["created"], out DateTimeOffset created)
                    && created > DateTimeOffset.UtcNow.AddMinutes(-5));

            JsonArray list = JsonNode.Parse(bundle.Oci("list", "--format", "json").Succeeds().Out)!.AsArray(),
                runcsList = JsonNode.Parse(bundle.Runc("list", "--format", "json").Succeeds().Out)!.AsArray();
            Assert.Equal(runcsList[0]!.AsObject().Select(member => member.Key), list[0]!.AsObject().Select(member => member.Key));
            Assert.Equal((string?)runcsList[0]!["owner"], (string?)list[0]!["owner"]);
            string[] table = bundle.Oci("list").Succeeds().Lines, runcsTable = bundle.Runc("list").Succeeds().Lines;
            Assert.Equal(runcsTable[0].Split(' ', StringSplitOptions.RemoveEmptyEntries),
                table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(runcsTable[1].IndexOf("created", StringComparison.Ordinal), table[1].IndexOf("created", StringComparison.Ordinal));
        }
        finally
        {
            bundle.Runc("delete", "--force", "ID");
        }
    }

    [Fact]
    public void An_empty_list_is_a_header_or_null()
    {
        using var bundle = new OciBundle("true");
        Directory.CreateDirectory(bundle.Root);
        Assert.Equal("ID          PID         STATUS      BUNDLE      CREATED     OWNER\n", bundle.Oci("list").Succeeds().Out);
        Assert.Equal("null", bundle.Oci("list", "-f", "json").Succeeds().Out);
        Assert.Empty(bundle.Oci("list", "-q").Succeeds().Out);
    }

    [Fact]
    public void One_broken_entry_does_not_keep_the_others_from_the_list()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        Directory.CreateDirectory(Path.Combine(bundle.Root, "half"));
        Directory.CreateDirectory(Path.Combine(bundle.Root, "garbage"));
        File.WriteAllText(Path.Combine(bundle.Root, "garbage/state.json"), "{ \"pid\": ");
        Result result = bundle.Oci("list", "--quiet").Exits(0);
        Assert.Equal([bundle.Id], result.Lines);
        Assert.Contains("load container half: ", result.Error);
        Assert.Contains("load container garbage: ", result.Error);
        foreach (string broken in (string[])["half", "garbage"])
        {
            bundle.Oci("delete", broken).Exits(1);
            bundle.Oci("delete", "--force", broken).Succeeds();
        }
        bundle.Oci("list").Succeeds();
    }

    [Fact]
    public void A_state_of_another_version_is_read()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        string file = Path.Combine(bundle.Root, bundle.Id, "state.json");
        JsonObject state = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        state["ofTheFuture"] = new JsonObject { ["a"] = new JsonArray(1, 2) };
        state.Remove("annotations");
        state.Remove("created");
        File.WriteAllText(file, state.ToJsonString());
        Assert.Equal("created", bundle.Status);
        bundle.Oci("delete", "--force", "ID").Succeeds();
    }

    [Fact]
    public void An_id_is_given_once()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        Assert.Contains("create failed: container with given ID already exists",
            bundle.Oci("create", "--bundle", bundle.Directory, "ID").Exits(1).Error);
        Assert.Equal("created", bundle.Status);
    }

    [Theory]
    [InlineData("a/b", "invalid container ID format")]
    [InlineData("..", "invalid container ID format")]
    [InlineData(".", "invalid container ID format")]
    [InlineData("a b", "invalid container ID format")]
    [InlineData("é", "invalid container ID format")]
    [InlineData("", "container id cannot be empty")]
    public void An_id_that_is_none_is_refused(string id, string message)
    {
        using var bundle = new OciBundle("true");
        Assert.Contains(message, bundle.Oci("create", "--bundle", bundle.Directory, id).Exits(1).Error);
        Assert.Contains(message, bundle.Oci("delete", "--force", id).Exits(1).Error);
    }

    [Fact]
    public void A_root_that_others_can_write_is_refused()
    {
        using var bundle = new OciBundle("true");
        Directory.CreateDirectory(bundle.Root);
        File.SetUnixFileMode(bundle.Root, (UnixFileMode)0b111_111_111);
        foreach (string[] verb in (string[][])[["create", "--bundle", bundle.Directory, "ID"], ["state", "ID"], ["kill", "ID"], ["list"]])
            Assert.Contains("can be written by others (mode 0777)", bundle.Oci(verb).Exits(1).Error);
    }

    [Requires(Need.User)]
    public void A_root_that_cannot_be_read_is_named()
    {
        if (!OciBundle.IsOurs) return;
        string root = TestRun.NewPath("closed");
        Directory.CreateDirectory(root, UnixFileMode.UserExecute);
        string error = Support.Minirun.Other(OciBundle.Program, "--root", root, "list").Exits(1).Error;
        Directory.Delete(root);
        Assert.Contains(root + ": ", error);
        Assert.Contains("EACCES", error);
    }

    [Fact]
    public void The_state_is_for_its_owner_alone()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(bundle.Root) & (UnixFileMode)0b111_111_111);
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(Path.Combine(bundle.Root, bundle.Id, "state.json")));
    }
}
