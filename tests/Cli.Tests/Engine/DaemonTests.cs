using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>
/// What a command leaves behind in a session of its own, and even in user and mount namespaces of its own, ends with the container where no
/// pid namespace sees to that: by every verb, and by itself.
/// </summary>
public sealed class DaemonTests : IDisposable
{
    private static readonly string[] s_pidHost = ["--pid", "host", "--net", "none", "--security-opt", "seccomp=unconfined"];

    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly List<int> _daemons = [];

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
        // Of a test that has failed.
        foreach (int pid in _daemons)
            if (Kernel.IsAlive(pid)) Kernel.Signal(pid, Kernel.SIGKILL);
    }

    /// <summary>The pid, which is the host's, is said.</summary>
    private static string Leaving(string namespaces, string then) => $"setsid {namespaces} /probe spawn; {then}";

    /// <summary>In a tree that was entered by chroot(2) nobody makes a user namespace.</summary>
    public static TheoryData<string, string> Forms => new()
    {
        { "--pid host", "" },
        { "--pid host", "unshare -U" },
        { "--pid host", "unshare -r -m unshare -U -m" },
        { "--ns user,mnt", "unshare -U -m" },
        { "--ns user", "" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void It_ends_with_the_command(string form, string namespaces)
    {
        // In the foreground, and with a monitor.
        foreach (string[] more in (string[][])[[], ["--rm", "-l", "a=b"]])
            AssertGone(
                _root.Run(["run", .. more, .. Options(form), Rootfs.Busybox, "sh", "-c", Leaving(namespaces, "true")]).Exits(0).Lines[0],
                form);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Stop_kill_and_removal_end_it(string form, string namespaces)
    {
        foreach (string[] verb in (string[][])[["stop", "-t", "0"], ["kill"], ["rm", "-f"]])
        {
            _root.Detached(["--name", "web", .. Options(form)], "sh", "-c", Leaving(namespaces, "exec sleep 1000"));
            Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Contains('\n')));
            string pid = _root.Run("logs", "web").Lines[0];
            _root.Run([.. verb, "web"]).Exits(0);
            AssertGone(pid, $"{form}: {verb[0]}");
            _root.Run("rm", "-f", "web");
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Forced_deletion_ends_it(string form, string namespaces)
    {
        string config = _directory["config.json"];
        File.WriteAllText(config,
            _root.Run(["run", "--print-spec", .. Options(form), Rootfs.Busybox, "sh", "-c", Leaving(namespaces, "exec sleep 1000")])
                .Exits(0).Out);
        Result Oci(params string[] words) =>
            Minirun.Other(Start.Plain with { Before = $"exec </dev/null >'{_directory["out"]}' 2>'{_directory["error"]}'" },
                OciBundle.Program, ["--root", _directory["state"], .. words]);
        Oci("create", "--bundle", _directory.Path, "web").Exits(0);
        Oci("start", "web").Exits(0);
        Assert.True(Deadline.Wait(() => _directory.Read("out").Contains('\n')));
        string pid = _directory.Read("out").Split('\n')[0];
        Minirun.Other(OciBundle.Program, "--root", _directory["state"], "delete", "--force", "web").Succeeds();
        AssertGone(pid, form);
    }

    /// <summary>No namespace at all tells whose it is, and there is no /proc inside: only who is above it knows.</summary>
    [Requires(Need.Root)]
    public void In_the_foreground_it_ends_without_any_namespace() =>
        AssertGone(_root.Run("run", "--ns", "none", Rootfs.Busybox, "sh", "-c", Leaving("", "true")).Exits(0).Lines[0], "--ns none");

    /// <summary>Root inside takes away what the guard used to look in.</summary>
    [Fact]
    public void It_ends_where_the_command_has_unmounted_its_proc()
    {
        string[] options = ["--pid", "host", "--privileged"];
        AssertGone(_root.Run(["run", .. options, Rootfs.Busybox, "sh", "-c", Leaving("", "umount -l /proc")]).Exits(0).Lines[0], "umount");
    }

    /// <summary>A container of its own, whose user namespace another has joined: that one is not part of it.</summary>
    [Requires(Need.Root)]
    public void Nobody_who_shares_the_user_namespace_is_ended_with_it()
    {
        using OciBundle first = Shared(null);
        using OciBundle second = Shared($"/proc/{first.Pid}/ns/user");
        int other = first.Pid, own = second.Pid;
        second.Oci("delete", "--force", "ID").Succeeds();
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(own)));
        Assert.True(Kernel.IsAlive(other));
    }

    private static OciBundle Shared(string? user) => new OciBundle(config =>
    {
        JsonArray namespaces = config["linux"]!["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.Single(each => (string?)each!["type"] == "pid"));
        namespaces.Add(user is null ? new JsonObject { ["type"] = "user" } : new JsonObject { ["type"] = "user", ["path"] = user });
        if (user is not null) return;
        foreach (string map in (string[])["uidMappings", "gidMappings"])
            config["linux"]![map] = JsonNode.Parse("""[{"containerID": 0, "hostID": 0, "size": 65536}]""");
    }, "sleep", "1000").Make("create", "start");

    private static string[] Options(string form) =>
        form == "--pid host" ? s_pidHost : [.. form.Split(' '), "--net", "host", "--security-opt", "seccomp=unconfined"];

    private void AssertGone(string pid, string what)
    {
        int daemon = int.Parse(pid);
        _daemons.Add(daemon);
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(daemon), TimeSpan.FromSeconds(5)), $"{what}: process {pid} is left");
    }
}
