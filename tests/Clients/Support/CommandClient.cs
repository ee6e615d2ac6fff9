using Minirun.Cli.Tests.Support;

namespace Minirun.Clients.Support;

/// <summary>A client with docker's command line: docker itself, and podman.</summary>
public abstract class CommandClient(string name) : Client(name)
{
    public override string Image => "busybox:test";

    /// <summary>Options of rm that end a running container at once.</summary>
    public virtual string[] Force => ["--force"];

    protected override string[] Hello => ["run", "--rm", "--network", "none", Image, "true"];

    /// <summary>
    /// A container in the foreground, removed at its end. No network: what the client's network plugins can do here is not our question.
    /// </summary>
    internal Result Container(string[] options, params string[] command) =>
        Run(["run", "--rm", .. options.Contains("--network") ? [] : new[] { "--network", "none" }, .. options, Image, .. command]);

    internal Result ContainerOrSkip(string[] options, params string[] command) =>
        RunOrSkip(["run", "--rm", "--network", "none", .. options, Image, .. command]);

    /// <summary>A line of shell inside; its output without the last line end. It has to succeed.</summary>
    internal string Sh(string[] options, string script) => Container(options, "sh", "-c", script).Exits(0).Out.TrimEnd('\n');

    /// <summary>A container in the background. Its removal kills it.</summary>
    internal Detached Detach(string[] options, params string[] command)
    {
        string name = $"n{Guid.NewGuid():n}"[..10];
        string[] network = options.Contains("--network") ? [] : ["--network", "none"];
        Run(["run", "--detach", .. network, "--name", name, .. options, Image, .. command]).Exits(0);
        return new Detached(this, name);
    }

    internal Detached Sleeping(params string[] options) => Detach(options, "sleep", "1000");
}
