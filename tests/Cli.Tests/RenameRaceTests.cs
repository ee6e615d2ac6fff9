using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

/// <summary>
/// openat2(2) with RESOLVE_IN_ROOT says EAGAIN when anything on the machine was renamed or mounted while it went through a "..". All that
/// is started and copied here has many of them on its way, and others rename and mount all the time. MINIRUN_RACE_STARTS: how many starts,
/// for a longer run by hand.
/// </summary>
public sealed class RenameRaceTests : IDisposable
{
    private static readonly int s_starts = int.Parse(Environment.GetEnvironmentVariable("MINIRUN_RACE_STARTS") ?? "200");
    private readonly TemporaryDirectory _files = new();
    private readonly TemporaryRootfs _rootfs = new();
    private readonly EngineRoot _root = new();
    private readonly RunningProgram _mounter;
    private readonly Thread _renamer;
    private volatile bool _ends;

    public RenameRaceTests()
    {
        string far = "/" + string.Concat(Enumerable.Repeat("etc/../", 40));
        _rootfs.Link("/etc/hosts", far + "etc/hosts.there");
        _rootfs.Link("/etc/resolv.conf", far + "run/resolv.conf");
        _rootfs.Link("/far", far);
        string one = _files.Write("one", ""), two = _files["two"];
        _renamer = new Thread(() =>
        {
            while (!_ends)
            {
                File.Move(one, two);
                File.Move(two, one);
            }
        });
        _renamer.Start();
        // In a mount namespace of its own; the counter that it moves is the kernel's.
        string map = Kernel.Uid == 0 ? "-m" : "-rm";
        _mounter = new RunningProgram(Start.Plain, "unshare",
            [map, "bash", "-c", $"while mount -t tmpfs none {_files.Path}; do umount {_files.Path} || exit; done"]);
    }

    public void Dispose()
    {
        _ends = true;
        _renamer.Join();
        _mounter.Dispose();
        _root.Dispose();
        _rootfs.Dispose();
        _files.Dispose();
    }

    [Requires(Need.UserNamespaces)]
    public void Starts_execs_and_copies_do_not_fail_while_others_rename_and_mount()
    {
        List<string> failed = [];
        void Try(Result result)
        {
            if (result.ExitCode != 0) failed.Add(result.ToString());
        }
        _root.Run("run", "-d", "--name", "web", _rootfs.Path, "sleep", "1000").Exits(0);
        string file = _files.Write("file", "text");
        for (int i = 0; i < s_starts; i++)
        {
            Try(Minirun.Run("run", "-v", $"{_files.Path}:/far/mnt", "-w", "/far/tmp", _rootfs.Path, "true"));
            if (i % 8 == 0) Try(_root.Run("exec", "web", "true"));
            if (i % 8 == 1) Try(_root.Run("cp", file, "web:/far/tmp/file"));
            if (i % 8 == 2) Try(_root.Run("cp", "web:/far/tmp/../etc/passwd", _files["passwd"]));
        }
        Assert.True(failed.Count == 0, $"{failed.Count} of {s_starts}: {failed.FirstOrDefault()}");
    }
}
