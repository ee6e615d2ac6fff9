using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A container that may write in its own control group freezes processes of its own, two levels below: it is ended all the same, and in
/// time.
/// </summary>
public sealed class OwnFreezerTests : IDisposable
{
    /// <summary>From the inside out: who is in a frozen one moves no more. A name is not UTF-8, as a container may choose it.</summary>
    private const string Freeze = """
        cd /sys/fs/cgroup/freezer 2>/dev/null && file=freezer.state word=FROZEN || { cd /sys/fs/cgroup; file=cgroup.freeze word=1; }
        name=$(printf 'a\377\376')
        mkdir x "x/$name" "x/$name/in" y || exit
        for place in "x/$name/in" x y; do
            sleep 1001 &
            echo $! >$place/cgroup.procs && echo $word >$place/$file || exit
        done
        echo frozen
        exec sleep 1000
        """;

    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Requires(Need.Root)]
    public void Stop_kill_and_removal_thaw_it()
    {
        foreach (string[] verb in (string[][])[["stop", "-t", "0"], ["kill"], ["rm", "-f"], ["restart", "-t", "0"]])
        {
            _root.Detached(["--name", "web", "--privileged", "--memory", "200m"], "sh", "-c", Freeze);
            Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "frozen\n"), _root.Run("logs", "web").ToString());
            string[] members = Family.InNamespaceOf(int.Parse(_root.Inspect("web", ".State.Pid")));
            Assert.Equal(4, members.Length);
            _root.Run([.. verb, "web"]).Exits(0);
            Assert.All(members, member => Assert.True(Deadline.Wait(() => !Family.Lives(member)), $"{verb[0]}: process {member} is left"));
            _root.Run("rm", "-f", "web");
        }
    }

    [Requires(Need.Root)]
    public void So_do_those_of_the_runtime()
    {
        foreach (string[] verb in (string[][])[["kill", "ID", "KILL"], ["kill", "--all", "ID", "KILL"], ["delete", "--force", "ID"]])
        {
            using OciBundle bundle = new OciBundle(config =>
            {
                config["linux"]!["resources"] = JsonNode.Parse("""{"memory": {"limit": 209715200}}""");
                JsonArray options = ["nosuid", "noexec", "nodev", "rw"];
                config["mounts"]!.AsArray()
                    .Add(new JsonObject { ["destination"] = "/sys/fs/cgroup", ["type"] = "cgroup", ["source"] = "cgroup",
                        ["options"] = options });
            }, "sh", "-c", Freeze).Make("create", "start");
            Assert.True(Deadline.Wait(() => bundle.Out == "frozen\n"), bundle.Out);
            string[] members = Family.InNamespaceOf(bundle.Pid);
            bundle.Oci(verb).Succeeds();
            Assert.All(members,
                member => Assert.True(Deadline.Wait(() => !Family.Lives(member)), $"{string.Join(' ', verb)}: process {member} is left"));
        }
    }
}
