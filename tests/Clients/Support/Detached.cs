using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Clients.Support;

/// <summary>A container in the background; gone on Dispose.</summary>
internal sealed class Detached(CommandClient client, string name) : IDisposable
{
    public string Name => name;

    public string Logs => client.Run("logs", name).Exits(0).Out;

    /// <summary>A verb of the client on this container.</summary>
    public Result Do(string verb, params string[] options) => client.Run([verb, .. options, name]);

    public Result Exec(params string[] command) => client.Run(["exec", name, .. command]);

    public Result Exec(string[] options, params string[] command) => client.Run(["exec", .. options, name, .. command]);

    public string Sh(string script) => Exec("sh", "-c", script).Exits(0).Out.TrimEnd('\n');

    public string Inspect(string format) => Do("inspect", "--format", format).Exits(0).Out.Trim();

    public void AwaitLog(string text) =>
        Assert.True(Deadline.Wait(() => Logs.Contains(text)), $"waited in vain for '{text}' in the log of {name}:\n{Logs}");

    public string Wait() => Do("wait").Exits(0).Out.Trim();

    /// <summary>More than once: podman may still be cleaning up after an exec.</summary>
    public void Dispose()
    {
        Result result = Do("rm", client.Force);
        Deadline.Wait(() => result.ExitCode == 0 || (result = Do("rm", client.Force)).ExitCode == 0);
        result.Exits(0);
    }
}
