using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>Units of systemd. That they run is tested in the virtual machine (tests/vm/81-generate.sh).</summary>
public sealed class GenerateTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _here = new();

    public void Dispose()
    {
        _root.Dispose();
        _here.Dispose();
    }

    private string[] Unit(params string[] options) => _root.Run(["generate", "systemd", .. options, "web"]).Succeeds().Lines;

    [Fact]
    public void The_unit_stays_in_the_foreground_and_stops_with_minirun()
    {
        string id =
            _root.Run("create", "--name", "web", "--stop-signal", "INT", "--stop-timeout", "7", Rootfs.Busybox, "true").Exits(0).Lines[0];
        string[] unit = Unit();
        Assert.Equal($"# container-{id}.service", unit[0]);
        Assert.Contains($"ExecStart={Programs.Minirun} start --attach --sdnotify=conmon {id}", unit);
        Assert.Contains($"ExecStop={Programs.Minirun} stop --time 7 {id}", unit);
        Assert.Contains("TimeoutStopSec=67", unit);
        Assert.Contains("SuccessExitStatus=130", unit);
        Assert.Contains("Restart=on-failure", unit);
        Assert.Contains($"Environment=MINIRUN_ROOT={_root.Path}", unit);
        Assert.Contains(Kernel.Uid == 0 ? "WantedBy=multi-user.target" : "WantedBy=default.target", unit);
    }

    [Theory]
    [InlineData("container", "Type=notify", "NotifyAccess=all")]
    [InlineData("healthy", "Type=notify", "NotifyAccess=all")]
    [InlineData("conmon", "Type=notify", null)]
    [InlineData("ignore", "Type=exec", null)]
    public void It_waits_for_whom_the_container_was_made_to_wait_for(string mode, string type, string? access)
    {
        _root.Run("create", "--name", "web", "--sdnotify", mode, "--health-cmd", "true", Rootfs.Busybox, "true").Exits(0);
        string[] unit = Unit();
        Assert.Contains(type, unit);
        Assert.Equal(access is not null, unit.Contains("NotifyAccess=all"));
        Assert.Contains($"ExecStart={Programs.Minirun} start --attach --sdnotify={mode} {_root.Inspect("web", ".Id")}", unit);
    }

    [Fact]
    public void Flags_change_it()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        string[] unit = Unit("-n", "--no-header", "--restart-policy", "always", "--restart-sec", "3", "-t", "5", "--start-timeout", "9",
            "-e", "A=b c", "--after", "a.service", "--wants", "b.service", "--requires", "c.service");
        Assert.Equal("[Unit]", unit[0]);
        foreach (string line in (string[])["Restart=always", "RestartSec=3", "TimeoutStartSec=9", "TimeoutStopSec=65",
            "Environment=\"A=b c\"", "After=network-online.target a.service", "Wants=network-online.target b.service", "Requires=c.service",
            $"ExecStart={Programs.Minirun} start --attach --sdnotify=conmon web"])
            Assert.Contains(line, unit);
        _root.Run("generate", "systemd", "--restart-policy", "sometimes", "web").Fails(125, "--restart-policy sometimes", "on-failure");
        JsonElement json = JsonDocument.Parse(
            string.Join('\n', Unit("--name", "--format", "json", "--container-prefix", "c", "--separator", "_"))).RootElement;
        Assert.StartsWith("# c_web.service\n", json.GetProperty("c_web").GetString());
    }

    [Fact]
    public void New_makes_the_container_again_with_the_words_that_made_it()
    {
        var how =
            _root.How with { Environment = new() { ["MINIRUN_ROOT"] = _root.Path, ["PASSED"] = "on" }, WorkingDirectory = _here.Path };
        Minirun.Run(how, "run", "-d", "--rm", "--name", "web", "-e", "PASSED", "-e", "A=100%n", Rootfs.Busybox, "sh", "-c",
            "echo \"$A\"; sleep 1000", "--name")
            .Exits(0);
        _root.Run("rename", "web", "other").Succeeds();
        string[] unit = _root.Run("generate", "systemd", "--new", "other").Succeeds().Lines;
        const string options = "--name=other --rm --env=PASSED=on --env=A=100%%n";
        Assert.Contains($"""ExecStartPre={Programs.Minirun} create {options} -- {Rootfs.Busybox} sh -c "echo \"$$A\"; sleep 1000" --name""",
            unit);
        Assert.Contains($"ExecStopPost={Programs.Minirun} rm --force --volumes other", unit);
        Assert.Contains($"WorkingDirectory={_here.Path}", unit);
        _root.Run("generate", "systemd", "other").Fails(125, "is removed when it exits", "--new");
    }

    [Theory]
    [InlineData]
    [InlineData("--new")]
    public void Systemd_finds_nothing_wrong_with_it(params string[] options)
    {
        _root.Run("create", "--name", "web", "-e", "A=it's \"x\" $HOME %n \\ \n;", Rootfs.Busybox, "sh", "-c", "echo ';' \"a\tb\"; true",
            ";", "")
            .Exits(0);
        string file =
            Minirun.Run(_root.How with { WorkingDirectory = _here.Path }, ["generate", "systemd", "--files", "--name", .. options, "web"])
            .Succeeds().Lines[0];
        Assert.Equal(Path.Combine(_here.Path, "container-web.service"), file);
        if (Programs.Find("systemd-analyze") is not { } analyze) return;
        Result said = Minirun.Other(analyze, Kernel.Uid == 0 ? "--system" : "--user", "verify", file);
        Assert.Equal((0, ""), (said.ExitCode, said.Error));
    }

    [Fact]
    public void Start_attach_joins_one_that_runs()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "while [ ! -e /tmp/go ]; do sleep 0.05; done; rm /tmp/go; exit 5");
        using RunningProgram attached = _root.Start("start", "-a", "web");
        _root.Run("exec", "web", "touch", "/tmp/go").Exits(0);
        attached.Result().Exits(5);
    }

    /// <summary>Whoever makes a container in an unpacked tree of somebody else's has that one's names in the unit.</summary>
    [Requires(Need.UserNamespaces)]
    public void A_line_of_a_unit_cannot_be_ended_by_what_stands_in_it()
    {
        using var directory = new TemporaryDirectory();
        foreach (string name in (string[])["x\n[Service]\nExecStart=evil", "x\\"])
        {
            string place = Directory.CreateDirectory(directory[name]).FullName;
            string id =
                Support.Minirun.Run(_root.How with { WorkingDirectory = place }, "create", Rootfs.Busybox, "true").Exits(0).Lines[0];
            _root.Run("generate", "systemd", "--new", id).Fails(125, "WorkingDirectory=", "another directory");
            _root.Run("generate", "systemd", "--after", name, id).Fails(125, "After=", "another value");
        }
    }
}
