using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Docker;

/// <summary>A dockerd with the runtime under test as its default, and Debian's docker in front of it.</summary>
public sealed class DockerClient() : CommandClient("docker")
{
    private RunningProgram? _daemon;

    protected override (string Program, string Package)[] Programs =>
        [("dockerd", "docker.io"), ("docker", "docker.io"), ("containerd", "containerd")];

    protected override bool NeedsRoot => true;

    // Debian's, whatever else is in PATH: a newer docker wants a plugin for every build.
    protected override string[] Command => [File.Exists("/usr/bin/docker") ? "/usr/bin/docker" : "docker", "--host", "unix://" + Socket];

    private string Socket => Realm.Directory + "/run/docker.sock";

    protected override void SetUp()
    {
        string directory = Realm.Directory;
        Realm.Write("daemon.json", $$"""
            { "runtimes": { "under-test": { "path": "{{RuntimeUnderTest.Path}}" },
            "second-opinion": { "path": "{{RuntimeUnderTest.Runc}}" } }, "default-runtime": "under-test" }
            """);
        // BuildKit knows no runtimes: it starts whatever `runc` is in PATH.
        Realm.Sh(
            "mkdir -p \"$1\"/home \"$1\"/run \"$1\"/bin && printf '#!/bin/sh\\necho \"$@\" >>%s/buildkit.log\\nexec %s \"$@\"\\n' \"$1\" "
                + "\"$2\" >\"$1\"/bin/runc && chmod +x \"$1\"/bin/runc",
            directory, RuntimeUnderTest.Path);
        var how = new Start { Deadline = TimeSpan.FromMinutes(20) };
        _daemon = Realm.Start(how, "/usr/bin/env", $"PATH={directory}/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
            "dockerd", "--host", "unix://" + Socket, "--config-file", directory + "/daemon.json", "--data-root", directory + "/store",
                "--exec-root", directory + "/run/x", "--pidfile", directory + "/run/pid",
            "--bridge=none", "--iptables=false", "--ip6tables=false");
        _daemon.Await(() => File.Exists(Realm.Outside(Socket)) && Run("version").ExitCode == 0, "docker's daemon");
        Realm.Run(Cli.Tests.Support.Start.Plain with { Deadline = TimeSpan.FromMinutes(1) }, "/bin/bash",
            ["-c", "tar -C \"$1\" -c . | \"${@:2}\"", "-", Path.Combine(Cli.Tests.Support.Programs.Samples, "busybox"), .. Command,
                "import", "-", Image])
            .Exits(0);
        // The host's network namespace gets a name when it is first used, which it keeps.
        RunOrSkip("run", "--rm", "--network", "host", Image, "true");
    }

    /// <summary>dockerd takes the names of network namespaces away once a minute.</summary>
    protected override TimeSpan Patience => TimeSpan.FromSeconds(75);

    /// <summary>The parent of all cgroups of docker's, in whichever hierarchies containers have needed.</summary>
    protected override bool Keeps(string leftover) =>
        (leftover.StartsWith("cgroup ", StringComparison.Ordinal)
            && (leftover.EndsWith("/docker", StringComparison.Ordinal) || leftover.EndsWith("/docker/buildkit", StringComparison.Ordinal)))
            ||
        leftover == "file /run/" + RuntimeUnderTest.Name;

    protected override void TearDown() => _daemon?.Dispose();

    protected override string[] WithRuntime(string path, string[] arguments)
    {
        int verb = Array.FindIndex(arguments, word => word is "run" or "create");
        Assert.True(verb >= 0, "docker chooses a runtime for run and create only");
        return [.. arguments[..(verb + 1)], "--runtime", "second-opinion", .. arguments[(verb + 1)..]];
    }
}
