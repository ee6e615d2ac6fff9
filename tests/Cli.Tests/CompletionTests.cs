using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

public class CompletionTests
{
    [Theory]
    [InlineData("doctor", "do")]
    [InlineData("start stats stop", "st")]
    [InlineData("--no-trunc", "ps", "--no")]
    [InlineData("prune", "container", "pr")]
    [InlineData("--force", "container", "prune", "--fo")]
    [InlineData("--driver", "volume", "create", "--dr")]
    [InlineData("--name --net --network-alias --nice --no-new-privs --ns", "container", "run", "--n")]
    [InlineData("--help --json", "doctor", "--")]
    [InlineData("bash fish zsh", "completion", "")]
    [InlineData("--name --net --network-alias --nice --no-new-privs --ns", "run", "--n")]
    [InlineData("bridge container: host none ns: pasta slirp4netns", "run", "--net", "")]
    [InlineData("none ns:", "run", "--network", "n")]
    [InlineData("auto host keep-id single", "run", "--userns", "")]
    [InlineData("host private", "run", "--pid", "")]
    [InlineData("CAP_SYS_ADMIN", "run", "--cap-drop", "CAP_SYS_AD")]
    [InlineData("", "run", "--no-such-flag", "")]
    public void Bash_offers_what_can_stand_there(string expected, params string[] words) => Assert.Equal(expected, Complete("bash", words));

    // bash gives = as a word of its own.
    [Theory]
    [InlineData("bridge container: host none ns: pasta slirp4netns", "run", "--net", "=")]
    [InlineData("host", "run", "--net", "=", "h")]
    [InlineData("full json text", "run", "--explain", "=")]
    public void Bash_offers_values_after_an_equals_sign(string expected, params string[] words) =>
        Assert.Equal(expected, Complete("bash", words));

    [Theory]
    [InlineData("busybox", "run", "bus")]
    [InlineData("busybox", "run", "-it", "--net", "none", "bus")]
    [InlineData("busybox", "run", "--", "bus")]
    public void Bash_offers_directories_for_the_rootfs(string expected, params string[] words) =>
        Assert.Equal(expected, Complete("bash", words));

    [Fact]
    public void After_the_rootfs_words_belong_to_the_command()
    {
        Assert.Equal("", Complete("bash", "run", "busybox", "--n"));
        Assert.Equal("busyfile busybox", string.Join(' ', Complete("bash", "run", "busybox", "busy").Split(' ').OrderDescending()));
    }

    [Fact]
    public void Bash_offers_files_where_a_flag_takes_one()
    {
        Assert.Equal("busyfile", Complete("bash", "run", "--env-file", "busyf"));
        Assert.Equal("busyfile", Complete("bash", "run", "--env-file", "=", "busyf"));
    }

    [Theory]
    [InlineData("zsh", "#compdef minirun")]
    [InlineData("fish", "complete -c minirun")]
    public void Other_shells_have_a_script(string shell, string line)
    {
        Result script = Minirun.Run("completion", shell).Succeeds();
        Assert.Contains(line, script.Out);
        if (Programs.Find(shell) is { } program) Minirun.Other(Start.Plain with { Input = script.Out }, program, "-n").Succeeds();
    }

    /// <summary>What the script's function answers for these words, sorted, in a directory with busybox/ and busyfile.</summary>
    private static string Complete(string shell, params string[] words)
    {
        using var here = new TemporaryDirectory();
        Directory.CreateDirectory(here["busybox"]);
        here.Write("busyfile", "");
        const string script = """
            source <("$0" completion bash)
            COMP_WORDS=("$0" "$@") COMP_CWORD=$#
            _minirun
            printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | paste -sd' '
            """;
        return Minirun.Other(Start.Plain with { WorkingDirectory = here.Path }, Programs.Find(shell)!,
            ["-c", script, Programs.Minirun, .. words])
            .Succeeds().Out.TrimEnd('\n');
    }
}
