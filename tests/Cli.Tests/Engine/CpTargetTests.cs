using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>
/// What is in the place of a copy: files make way, links to files are followed as cp(1) does, and what other programs hold on to stays.
/// </summary>
public sealed class CpTargetTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _files = new();
    private readonly TemporaryRootfs _rootfs = new();

    public CpTargetTests()
    {
        _root.Run("run", "-d", "--name", "web", _rootfs.Path, "sh", "-c", "mkdir /t && echo new >/t/f && exec sleep 1000").Exits(0);
        Assert.True(Deadline.Wait(() => File.Exists(_rootfs.Inside("/t/f")) && new FileInfo(_rootfs.Inside("/t/f")).Length > 0));
    }

    public void Dispose()
    {
        _root.Dispose();
        _rootfs.Dispose();
        _files.Dispose();
    }

    private string Kind(string name) => Minirun.Other("stat", "-c", "%F %t,%T", _files[name]).Succeeds().Out.Trim();

    /// <summary>By name, in a tree, and from one container to the other side.</summary>
    [Theory]
    [InlineData("mkfifo", "fifo 0,0")]
    [InlineData("bind", "socket 0,0")]
    [InlineData("mknod", "character special file 1,7")]
    public void A_fifo_socket_or_device_is_never_replaced(string made, string kind)
    {
        Directory.CreateDirectory(_files["t"]);
        if (!Make(made, "t/f")) return;
        _root.Run("cp", "web:/t/f", _files["t/f"]).Fails(125, "the target must be a directory or a regular file");
        Assert.Equal(kind, Kind("t/f"));
        _root.Run("cp", "web:/t/f", _files["t"]).Fails(125, "the target must be a directory or a regular file");
        _root.Run("cp", "web:/t", _files.Path).Fails(125, "the target must be a directory or a regular file");
        Assert.Equal(kind, Kind("t/f"));
        // And inside a container, from an archive, too.
        Assert.True(Make(made, "t/g"));
        File.Delete(_rootfs.Inside("/t/f"));
        Minirun.Other("mv", _files["t/g"], _rootfs.Inside("/t/f")).Succeeds();
        Minirun.Other("bash", "-c", """cd "$0" && mkdir -p a/t && echo x >a/t/f && tar -C a -cf a.tar t""", _files.Path).Succeeds();
        Minirun.Other(_root.How with { WorkingDirectory = _files.Path }, "bash", "-c", $"{Programs.Minirun} cp - web:/ <a.tar")
            .Fails(125, "the target must be a directory or a regular file");
    }

    [Fact]
    public void A_link_to_a_regular_file_is_followed()
    {
        string real = _files.Write("real", "old");
        File.CreateSymbolicLink(_files["link"], "real");
        _root.Run("cp", "web:/t/f", _files["link"]).Succeeds();
        Assert.Equal("new\n", File.ReadAllText(real));
        Assert.Equal("real", new FileInfo(_files["link"]).LinkTarget);
        // A link to a device leads to one.
        File.CreateSymbolicLink(_files["null"], "/dev/null");
        _root.Run("cp", "web:/t/f", _files["null"]).Fails(125, "the target must be a directory or a regular file");
    }

    [Fact]
    public void A_fifo_takes_the_place_of_the_same()
    {
        Assert.True(Make("mkfifo", "pipe"));
        _root.Run("cp", _files["pipe"], "web:/t/pipe").Succeeds();
        _root.Run("cp", "web:/t", _files["back"]).Succeeds();
        _root.Run("cp", "web:/t/.", _files["back"]).Succeeds();
        Assert.Equal("fifo 0,0", Kind("back/pipe"));
    }

    /// <summary>False where this cannot be made: devices are root's.</summary>
    private bool Make(string how, string name)
    {
        if (how == "bind")
        {
            using var socket =
                new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
            string near = Path.Combine(Path.GetTempPath(), $"s{Guid.NewGuid():n}"[..20]);
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(near));
            return Minirun.Other("mv", near, _files[name]).ExitCode == 0;
        }
        return how == "mkfifo"
            ? Minirun.Other("mkfifo", _files[name]).ExitCode == 0
            : Kernel.Uid == 0 && Minirun.Other("mknod", _files[name], "c", "1", "7").ExitCode == 0;
    }
}
