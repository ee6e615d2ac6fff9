using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Docker;

public sealed partial class DockerTests
{
    private const string Recipe = """
        FROM busybox:test
        ENV A=b
        RUN echo $A >/made && id -u >>/made
        USER 1000
        RUN ["/bin/sh", "-c", "id -u >/tmp/user"]
        CMD cat /made /tmp/user
        """;

    [ClientFact]
    public void Docker_build_runs_its_steps()
    {
        Build("0", "classic", Recipe, "--network", "none").Exits(0);
        Assert.Equal("b\n0\n1000\n", Client.Run("run", "--rm", "--network", "none", "classic").Exits(0).Out);
    }

    [ClientFact]
    public void BuildKit_runs_its_steps_with_whatever_is_named_runc()
    {
        Build("1", "modern", Recipe, "--network", "none").Exits(0);
        Assert.Equal("b\n0\n1000\n", Client.Run("run", "--rm", "--network", "none", "modern").Exits(0).Out);
        Assert.Contains(" run --bundle ", Client.Realm.Sh("cat \"$1\"/buildkit.log", Client.Realm.Directory));
    }

    [ClientFact]
    public void A_failing_step_fails_the_build_with_its_code()
    {
        foreach (string buildKit in (string[])["0", "1"])
        {
            Result result = Build(buildKit, "failing", "FROM busybox:test\nRUN exit 23\n", "--network", "none");
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("23", result.Out + result.Error);
        }
    }

    [ClientFact]
    public void A_step_that_is_not_there_fails_the_build()
    {
        foreach (string buildKit in (string[])["0", "1"])
        {
            Result result = Build(buildKit, "absent", "FROM busybox:test\nRUN [\"no-such-command\"]\n", "--network", "none");
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("executable file not found", result.Out + result.Error);
        }
    }

    private Result Build(string buildKit, string name, string recipe, params string[] options)
    {
        string file = Client.Realm.Write($"build-{name}-{buildKit}/Dockerfile", recipe);
        var how = new Start { Environment = { ["DOCKER_BUILDKIT"] = buildKit } };
        return Client.Run(how, ["build", "--no-cache", "--tag", name, .. options, Path.GetDirectoryName(file)!]);
    }
}
