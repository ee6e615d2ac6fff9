using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Clients.Containerd;

/// <summary>A container of ctr's in the background; gone on Dispose.</summary>
internal sealed class Task(ContainerdClient client, string id) : IDisposable
{
    private int _execs;

    public string Id => id;

    public string Log => File.Exists(client.Realm.Outside(client.Log(id))) ? File.ReadAllText(client.Realm.Outside(client.Log(id))) : "";

    /// <summary>RUNNING, PAUSED, STOPPED.</summary>
    public string Status =>
        client.Run("task", "list").Exits(0).Lines.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(line => line[0] == id)?[2]
            ?? "GONE";

    public Result Do(string verb, params string[] options) => client.Run(["task", verb, .. options, id]);

    public string[] ExecWords(string[] options, params string[] command) =>
        ["task", "exec", "--exec-id", $"e{Interlocked.Increment(ref _execs)}", .. options, id, .. command];

    public Result Exec(params string[] command) => client.Run(ExecWords([], command));

    /// <summary>What a command that succeeds prints.</summary>
    public string Output(params string[] command) => Output([], command);

    public string Output(string[] options, params string[] command) =>
        client.RunStaying(ExecWords(options, ContainerdClient.Staying(command))).Exits(0).Out;

    public void AwaitLog(string text) =>
        Assert.True(Deadline.Wait(() => Log.Contains(text)), $"waited in vain for '{text}' in the log of {id}:\n{Log}");

    public void AwaitStatus(string status) => Assert.True(Deadline.Wait(() => Status == status), $"{id} is not {status} but {Status}");

    /// <summary>Removes it; the exit code of its process, which ctr has only words for.</summary>
    public int Remove()
    {
        Result result = Do("delete", "--force").Exits(0);
        client.Run("container", "delete", id).Exits(0);
        Match code = Regex.Match(result.Error, "exit with non-zero exit code ([0-9]+)");
        return code.Success ? int.Parse(code.Groups[1].Value) : 0;
    }

    public void Dispose()
    {
        if (client.Run("container", "info", id).ExitCode == 0) Remove();
    }
}
