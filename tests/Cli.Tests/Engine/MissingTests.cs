using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>What is named and is not there: one exit status in every verb, docker's, whether other words are right or not.</summary>
public sealed class MissingTests : IDisposable
{
    private static readonly string[] s_verbs =
    [
        "attach none", "cp none:/etc .", "cp . none:/tmp", "diff none", "exec none true", "exec -it none true", "generate systemd none",
        "inspect none", "inspect none web", "kill none", "kill web none", "logs none", "logs -f none", "pause none", "port none",
        "ps --filter before=none", "rename none other", "restart none", "rm none", "rm none ended", "start none", "start -a none",
        "start none ended", "stats --no-stream none", "stop none", "stop none ended", "top none", "unpause none",
        "update --restart no none", "wait none", "wait ended none", "why none", "volume inspect none", "volume inspect none data",
        "volume rm none", "network inspect none", "network rm none",
    ];

    /// <summary>They name nothing, or what is to be made.</summary>
    private static readonly string[] s_others =
    [
        "run", "create", "events", "info", "doctor", "version", "completion", "help", "system df", "system prune", "system info",
        "system events", "container prune", "volume create", "volume ls", "volume list", "volume remove", "volume prune",
        "network create", "network ls", "network prune", "network connect", "network disconnect", "volume-plugin",
    ];

    /// <summary>The verbs that name something.</summary>
    internal static IEnumerable<string> Verbs => s_verbs;

    private readonly EngineRoot _root = new();

    public MissingTests()
    {
        _root.Detached(["--name", "web", "-v", "data:/data"], "sleep", "1000");
        _root.Run("create", "--name", "ended", Rootfs.Busybox, "true").Exits(0);
    }

    public void Dispose() => _root.Dispose();

    [Requires(Need.UserNamespaces)]
    public void In_every_verb_the_exit_status_is_1()
    {
        List<string> wrong = [];
        foreach (string words in s_verbs)
        {
            Result result = _root.Run(words.Split(' '));
            bool isSaid = result.Error.Contains("no such ") || result.Error.Contains(" not found");
            if (result.ExitCode != 1 || !isSaid || !result.Error.Contains("\nhint: ")) wrong.Add($"{words}: {result}");
        }
        Assert.Empty(wrong);
    }

    /// <summary>docker run's.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("--volumes-from", "none")]
    [InlineData("--net", "container:none")]
    [InlineData("--net", "none-such")]
    public void Of_run_and_create_it_is_125(string flag, string value)
    {
        _root.Run("run", flag, value, Rootfs.Busybox, "true").Fails(125);
        _root.Run("create", flag, value, Rootfs.Busybox, "true").Fails(125);
    }

    /// <summary>As docker since 20.10: it is as it was to be, and yet a name that was mistyped is seen.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("rm -f none", "no such container: none")]
    [InlineData("volume rm -f none", "no such volume: none")]
    [InlineData("network rm -f none", "network none not found")]
    public void With_force_it_is_said_and_no_failure(string words, string said)
    {
        Result result = _root.Run(words.Split(' ')).Exits(0);
        Assert.Equal("", result.Out);
        Assert.Contains(said, result.Error);
    }

    /// <summary>A verb that comes later is in the one list or the other.</summary>
    [Fact]
    public void All_verbs_are_known_here()
    {
        List<string> known = [.. s_others];
        foreach (string[] words in s_verbs.Select(each => each.Split(' '))) known.AddRange([words[0], words[0] + " " + words[1]]);
        foreach (string verb in VerbsOf(_root.Run("--help").Succeeds().Out))
        {
            if (known.Contains(verb)) continue;
            string[] below = [.. VerbsOf(_root.Run(verb, "--help").Succeeds().Out).Select(word => $"{verb} {word}")];
            Assert.NotEmpty(below);
            // `container …` is every verb once more.
            Assert.All(below, each => Assert.True(verb == "container" || known.Contains(each), each));
        }
    }

    /// <summary>What stands in the first column below a heading.</summary>
    internal static IEnumerable<string> VerbsOf(string help)
    {
        bool isIn = false;
        foreach (string line in help.Split('\n'))
            if (line.Length > 0 && line[0] != ' ') isIn = line.EndsWith(':') && line is not ("Global options:" or "Try:");
            else if (isIn && line.Length > 2 && line[2] != ' ') yield return line.Trim().Split(' ')[0];
    }
}
