using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A container file whose container lives on.</summary>
public sealed class FileTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_file_says_how_a_container_lives()
    {
        Make($$"""
            container_name: web
            labels: {tier: front, empty: }
            restart: on-failure:2
            stop_signal: USR1
            stop_grace_period: 1m30s
            logging: {driver: json-file, options: {max-size: 2m, max-file: 3} }
            healthcheck: {test: [CMD, test, -e, /here], interval: 100ms, timeout: 5s, start_period: 1s, retries: 7}
            network_mode: none
            extra_hosts: ["db=10.0.0.9"]
            volumes: [cache:/cache, {type: volume, source: other, target: /other, read_only: true}]
            rootfs: {{Rootfs.Busybox}}
            command: sleep 1000
            """);
        Assert.Equal("front  on-failure 2 USR1 90",
            Inspect(".Config.Labels.tier", ".Config.Labels.empty", ".HostConfig.RestartPolicy.Name",
                ".HostConfig.RestartPolicy.MaximumRetryCount", ".Config.StopSignal", ".Config.StopTimeout"));
        Assert.Equal("json-file map[max-file:3 max-size:2m]", Inspect(".HostConfig.LogConfig.Type", ".HostConfig.LogConfig.Config"));
        Assert.Equal("cache\nother\n", _root.Run("volume", "ls", "-q").Succeeds().Out);
        _root.Run("exec", "web", "sh", "-c", "grep -q '10.0.0.9.db' /etc/hosts && touch /cache/here && ! touch /other/there").Exits(0);
        Assert.Equal("starting", _root.Inspect("web", ".State.Health.Status"));
    }

    [Fact]
    public void The_check_of_a_file_keeps_its_words()
    {
        Make($$"""
            container_name: web
            healthcheck: {test: [CMD, test, -d, "/tmp/../it's here/.."], interval: 100ms}
            tmpfs: ["/it's here"]
            rootfs: {{Rootfs.Busybox}}
            command: sleep 1000
            """);
        Assert.True(_root.Becomes("web", ".State.Health.Status", "healthy"));
    }

    [Fact]
    public void Flags_win_over_the_file()
    {
        Make($"container_name: web\nlabels: [a=1, b=2]\nstop_grace_period: 5s\nrootfs: {Rootfs.Busybox}\ncommand: sleep 1000\n", "--label",
            "b=3", "--stop-timeout", "7");
        Assert.Equal("1 3 7", Inspect(".Config.Labels.a", ".Config.Labels.b", ".Config.StopTimeout"));
    }

    [Fact]
    public void Without_d_it_is_in_the_foreground() =>
        Assert.Equal("here\n",
            _root.Run("run", "--rm", "--file", _directory.Write("c.yaml", $"labels: [a]\nrootfs: {Rootfs.Busybox}\ncommand: echo here\n"))
                .Succeeds().Out);

    private void Make(string file, params string[] flags) =>
        _root.Run(["run", "-d", "--file", _directory.Write("c.yaml", file), .. flags]).Exits(0);

    private string Inspect(params string[] fields) =>
        _root.Run("inspect", "-f", string.Join(' ', fields.Select(field => "{{" + field + "}}")), "web").Succeeds().Lines[0];
}
