using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Podman;

public sealed partial class PodmanTests
{
    [ClientFact]
    public void Hooks_of_all_six_kinds_run_in_their_order_with_the_state_on_stdin()
    {
        // Those of createContainer and startContainer see the container's files: the directory is the same path in both.
        string hooks = Client.Realm.Directory + "/volumes/hooks";
        foreach (string kind in (string[])["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"])
            Client.Realm.Write($"volumes/hooks/{kind}.json", $$"""
                { "version": "1.0.0", "when": { "always": true }, "stages": ["{{kind}}"],
                  "hook": { "path": "/bin/sh", "args": ["sh", "-c", "echo \"{{kind}} $(cat)\" >>{{hooks}}/log"],
                            "env": ["PATH=/bin:/usr/bin"] } }
                """);
        Client.Run("--hooks-dir", hooks, "run", "--rm", "--network", "none", "--volume", $"{hooks}:{hooks}", Client.Image, "true").Exits(0);
        string[] lines = [];
        // poststop runs when podman has already gone.
        Assert.True(Deadline.Wait(() => (lines = ReadLog(hooks)).Length == 6), string.Join('\n', lines));
        Assert.Equal(["createContainer", "createRuntime", "poststart", "poststop", "prestart", "startContainer"],
            lines.Select(line => line.Split(' ')[0]).Order());
        Assert.Equal(["prestart", "createRuntime", "createContainer", "startContainer"],
            lines.Select(line => line.Split(' ')[0]).Where(kind => !kind.StartsWith("post")));
        foreach (string line in lines)
        {
            string kind = line.Split(' ')[0];
            JsonElement state = JsonDocument.Parse(line[(kind.Length + 1)..]).RootElement;
            Assert.Equal(64, state.GetProperty("id").GetString()!.Length);
            Assert.EndsWith("/userdata", state.GetProperty("bundle").GetString());
            string status = state.GetProperty("status").GetString()!;
            // runc 1.1 still says created to poststart, where the specification wants running.
            string expected = kind switch { "prestart" or "createRuntime" or "createContainer" => "creating", "startContainer" => "created",
                "poststart" => status == "created" ? status : "running", _ => "stopped" };
            Assert.Equal(expected, status);
            Assert.Equal(kind != "poststop", state.TryGetProperty("pid", out JsonElement pid) && pid.GetInt32() > 0);
        }
    }

    [ClientFact]
    public void A_failing_hook_ends_the_start()
    {
        string hooks = Client.Realm.Directory + "/volumes/failing-hooks";
        Client.Realm.Write("volumes/failing-hooks/hook.json", """
            { "version": "1.0.0", "when": { "always": true }, "stages": ["createRuntime"], "hook": { "path": "/bin/false" } }
            """);
        Result result = Client.Run("--hooks-dir", hooks, "run", "--rm", "--network", "none", Client.Image, "echo", "ran");
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("ran", result.Out);
    }

    private string[] ReadLog(string hooks)
    {
        string path = Client.Realm.Outside(hooks + "/log");
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }
}
