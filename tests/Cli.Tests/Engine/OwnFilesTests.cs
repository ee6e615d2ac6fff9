using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>The engine's own files: who may reach, write and be believed.</summary>
public sealed class OwnFilesTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();
    private readonly EngineRoot _root = new();

    public void Dispose()
    {
        _root.Dispose();
        _place.Dispose();
    }

    /// <summary>A life with all that is kept in files; then each is looked at.</summary>
    [Theory]
    [InlineData("0")]
    [InlineData("0777")]
    public void Modes_do_not_depend_on_the_umask(string umask)
    {
        Start how = _root.How with { Before = $"umask {umask}" };
        Result Run(params string[] arguments) => Minirun.Run(how, arguments);
        Run("volume", "create", "data").Succeeds();
        if (Kernel.Uid == 0) Run("network", "create", "modes").Exits(0);
        Run("run", "-d", "--name", "web", "-v", "data:/data", "-v", "/anonymous", "--cidfile", _place["cid"], "--pidfile", _place["pid"],
            "--health-cmd", "true", "--health-interval", "1s", Rootfs.Busybox, "sleep", "1000")
            .Exits(0);
        Run("run", "-dt", "--name", "tty", Rootfs.Busybox, "sleep", "1000").Exits(0);
        Run("exec", "web", "true").Succeeds();
        Run("update", "--restart", "on-failure", "web").Exits(0);
        Run("stop", "-t", "0", "web").Exits(0);
        Run("start", "web").Exits(0);
        Run("create", "--name", "second", Rootfs.Busybox, "true").Exits(0);
        Run("rm", "second").Exits(0);
        Run("why", "web").Exits(0);
        string wrong = Minirun.Other("find", _root.Path, "-mindepth", "1", "-not", "-path", "*/_data/*", "(", "-perm", "/022", "-o",
            "-type", "d", "-not", "-perm", "-0700", "-o", "-type", "f", "-not", "-perm", "-0400", ")",
            "-not", "-type", "l", "-printf", "%P %y %m\\n").Out;
        Assert.Equal("", wrong);
        // Sockets for nobody else; what is given to scripts is readable.
        Assert.All(Minirun.Other("find", _root.Path, "-type", "s", "-printf", "%m\\n").Lines.Where(line => line.Length > 0),
            mode => Assert.Equal("600", mode));
        Assert.Equal("644\n644\n", Minirun.Other("stat", "-c", "%a", _place["cid"], _place["pid"]).Succeeds().Out);
        foreach (string closed in (string[])["containers", "volumes", "names"])
            Assert.Equal("700", Minirun.Other("stat", "-c", "%a", $"{_root.Path}/{closed}").Succeeds().Lines[0]);
        // The container's own umask is the usual one.
        Assert.Equal("0022\n", Run("exec", "web", "sh", "-c", "umask").Succeeds().Out);
        if (Kernel.Uid == 0) Run("network", "rm", "modes");
    }

    [Requires(Need.Root)]
    public void No_other_user_reaches_a_program_that_a_container_left_in_a_volume()
    {
        _root.Run("run", "--rm", "-v", "data:/data", Rootfs.Busybox, "sh", "-c", "cp /bin/busybox /data/id && chmod 4755 /data/id")
            .Exits(0);
        string program = $"{_root.Path}/volumes/data/_data/id";
        Assert.True(File.Exists(program));
        Minirun.Other("setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups", "test", "-e", program).Exits(1);
    }

    [Requires(Need.Root)]
    public void A_root_of_somebody_else_is_not_believed()
    {
        Minirun.Other("chown", "1234", _place.Path).Succeeds();
        foreach (string[] words in (string[][])[["ps"], ["run", "-d", Rootfs.Busybox, "true"], ["start", "web"], ["volume", "ls"],
            ["network", "ls"], ["system", "df"]])
            Refused(_place.Path, words, $"{_place.Path} belongs to user 1234, not to you", "MINIRUN_ROOT");
        // Nor one in a directory whose owner could put another in its place.
        string below = Directory.CreateDirectory(_place["below"]).FullName;
        Refused(below, ["ps"], $"{_place.Path} belongs to user 1234, not to you", "MINIRUN_ROOT");
        // The runtime believes what it is given no more than the engine does.
        foreach (string root in (string[])[_place.Path, below])
            Assert.Contains($"{_place.Path} belongs to user 1234, not to you",
                Minirun.Other(OciBundle.Program, "--root", root, "list").Exits(1).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/containers")]
    [InlineData("/volumes")]
    [InlineData("/networks")]
    [InlineData("/run")]
    public void A_root_that_others_can_write_is_not_believed(string part)
    {
        string path = Directory.CreateDirectory(_place.Path + part).FullName;
        Minirun.Other("chmod", "0777", path).Succeeds();
        foreach (string[] words in (string[][])[["ps"], ["start", "web"], ["volume", "ls"]])
            Refused(_place.Path, words, $"{path} can be written by others (mode 0777)", $"chmod go-w {path}");
        Minirun.Other("chmod", "0755", path).Succeeds();
        Minirun.Run(new Start { Environment = new() { ["MINIRUN_ROOT"] = _place.Path } }, "ps").Exits(0);
    }

    private static void Refused(string root, string[] words, string what, string hint)
    {
        Result result = Minirun.Run(new Start { Environment = new() { ["MINIRUN_ROOT"] = root } }, words).Fails(125, what);
        Assert.Contains(hint, result.Error, StringComparison.Ordinal);
    }
}
