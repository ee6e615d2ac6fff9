using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

/// <summary>
/// Whatever prints says so when its output cannot be written: what is cut is no success. The verbs are those that the helps list, so a new
/// one is among them, and has to have a row in the table.
/// </summary>
public sealed partial class FullOutputTests : IDisposable
{
    /// <summary>Verbs that print nothing of their own, or need what not every machine has: only their help is looked at.</summary>
    private static readonly string[] s_silent =
    [
        "rename", "port", "network connect", "network disconnect", "volume-plugin glusterfs",
        "oci create", "oci start", "oci kill", "oci delete", "oci pause", "oci resume", "oci update", "oci spec", "oci checkpoint",
        "oci restore",
    ];

    /// <summary>Networks of the engine are root's, and a user has not everywhere a cgroup to pause, or to read.</summary>
    private static readonly string[] s_ofRoot =
        ["oci events", "pause", "unpause", "network create", "network inspect", "network rm", "network prune"];

    /// <summary>
    /// ROOTFS, BUNDLE and ID are what they are called; UP, DOWN, NEW, PAUSED and CHANGED are containers in that state, NET a network and
    /// VOLUME a volume, made for the row. With a + they are made, and not named.
    /// </summary>
    private static readonly Dictionary<string, string> s_words = new()
    {
        ["run"] = "ROOTFS echo out", ["create"] = "ROOTFS true", ["start"] = "NEW", ["stop"] = "-t 0 UP", ["restart"] = "-t 0 UP",
        ["kill"] = "UP", ["pause"] = "UP", ["unpause"] = "PAUSED", ["wait"] = "DOWN", ["rm"] = "DOWN", ["remove"] = "DOWN", ["ps"] = "",
        ["ls"] = "", ["list"] = "", ["inspect"] = "DOWN", ["logs"] = "DOWN", ["exec"] = "UP echo out", ["attach"] = "UP", ["top"] = "UP",
        ["stats"] = "--no-stream UP", ["events"] = "--stream=false +DOWN",
        ["cp"] = "DOWN:/etc/passwd -", ["update"] = "--restart always NEW",
        ["why"] = "DOWN", ["diff"] = "CHANGED", ["prune"] = "-f +DOWN", ["info"] = "", ["doctor"] = "", ["version"] = "",
        ["completion"] = "bash", ["help"] = "run", ["generate systemd"] = "NEW", ["network create"] = "neta", ["network ls"] = "",
        ["network inspect"] = "NET", ["network rm"] = "NET", ["network prune"] = "-f +NET", ["volume create"] = "", ["volume ls"] = "",
        ["volume list"] = "", ["volume inspect"] = "VOLUME", ["volume rm"] = "VOLUME", ["volume remove"] = "VOLUME",
        ["volume prune"] = "-f", ["system info"] = "", ["system df"] = "", ["system prune"] = "-f",
        ["system events"] = "--stream=false +DOWN",
        ["oci run"] = "--bundle BUNDLE new-id", ["oci exec"] = "ID echo out", ["oci state"] = "ID", ["oci list"] = "", ["oci ps"] = "ID",
        ["oci events"] = "--stats ID", ["oci features"] = "", ["oci version"] = "", ["oci help"] = "run",
    };

    private readonly EngineRoot _root = new();
    private OciBundle? _bundle, _speaks;
    private TemporaryRootfs? _rootfs;

    public void Dispose()
    {
        _root.Dispose();
        _bundle?.Dispose();
        _speaks?.Dispose();
        _rootfs?.Dispose();
    }

    public static TheoryData<string> Verbs => [.. All];

    private static IEnumerable<string> All => Listed().Concat(Listed("oci"));

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_help_that_cannot_be_written_is_an_error(string verb) => Refuses(verb, [.. verb.Split(' '), "--help"]);

    public static TheoryData<string> Printing =>
        [.. All.Where(verb => !s_silent.Contains(Plain(verb)) && (Kernel.Uid == 0 || !IsOfRoot(verb)))];

    [Theory]
    [MemberData(nameof(Printing))]
    public void An_output_that_cannot_be_written_is_an_error(string verb)
    {
        string of = Plain(verb);
        Assert.True(s_words.TryGetValue(of, out string? words), $"{verb} has no row in the table of {nameof(FullOutputTests)}");
        bool isOci = of.StartsWith("oci ", StringComparison.Ordinal);
        string[] called = isOci ? ["oci", "--root", Bundle.Root, of["oci ".Length..]] : verb.Split(' ');
        Refuses(verb, [.. called, .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Fill).Where(word => word.Length > 0)]);
    }

    /// <summary>docker's longer name is that of the same verb.</summary>
    private static string Plain(string verb) =>
        verb.StartsWith("container ", StringComparison.Ordinal) ? verb["container ".Length..] : verb;

    private static bool IsOfRoot(string verb) => s_ofRoot.Contains(Plain(verb));

    private void Refuses(string verb, string[] words)
    {
        Result result = Support.Minirun.Run(_root.How with { Before = "exec >/dev/full" }, words);
        bool isOci = words[0] == "oci";
        Assert.True(isOci ? result.ExitCode is 1 or 125 or 255 : result.ExitCode == 125, $"{verb}: {result}");
        string said = isOci ? "" : "minirun: cannot write the (command's )?output: ";
        Assert.Matches(said + "no space left on device", result.Error);
    }

    private string Fill(string word) => word switch
    {
        "ROOTFS" => Rootfs.Busybox,
        "BUNDLE" => (_speaks = new OciBundle("echo", "out")).Directory,
        "ID" => Bundle.Id,
        ['+', .. var made] => Fill(made)[..0],
        _ when word.Contains(':') => Fill(word.Split(':')[0]) + word[word.IndexOf(':')..],
        "UP" => Made("", "run", "-d", "--name", "web", Rootfs.Busybox, "sh", "-c", "while :; do echo out; sleep 0.05; done"),
        "DOWN" => Made("wait", "run", "-d", "--name", "web", Rootfs.Busybox, "echo", "out"),
        "NEW" => Made("", "create", "--name", "web", Rootfs.Busybox, "true"),
        "PAUSED" => Made("pause", "run", "-d", "--name", "web", Rootfs.Busybox, "sleep", "1000"),
        "CHANGED" => Made("wait", "run", "-d", "--name", "web", (_rootfs = new TemporaryRootfs()).Path, "touch", "/new"),
        "NET" => Of("neta", "network", "create", "neta"),
        "VOLUME" => Of("data", "volume", "create", "data"),
        _ => word,
    };

    private string Of(string name, params string[] words)
    {
        _root.Run(words).Exits(0);
        return name;
    }

    /// <param name="then">A verb for it afterwards.</param>
    /// <param name="words">What makes it.</param>
    private string Made(string then, params string[] words)
    {
        Of("web", words);
        return then.Length == 0 ? "web" : Of("web", then, "web");
    }

    private OciBundle Bundle => _bundle ??= new OciBundle("sleep", "1000").Make("create", "start");

    /// <summary>The verbs of a help, and for a verb that is only a group's name those of the group.</summary>
    private static IEnumerable<string> Listed(params string[] group)
    {
        string help = Support.Minirun.Run([.. group, "--help"]).Succeeds().Out;
        string commands = group.Length == 0 ? help : help[help.IndexOf("\nCommands:", StringComparison.Ordinal)..];
        foreach (Match line in Verb().Matches(commands))
        {
            string verb = line.Groups[1].Value;
            bool isGroup = line.Groups[2].Value.StartsWith("Commands for ", StringComparison.Ordinal);
            foreach (string each in isGroup ? Listed(verb) : [string.Join(' ', [.. group, verb])]) yield return each;
        }
    }

    [GeneratedRegex("^  ([a-z][a-z-]+) {2,}(\\S.*)$", RegexOptions.Multiline)]
    private static partial Regex Verb();
}
