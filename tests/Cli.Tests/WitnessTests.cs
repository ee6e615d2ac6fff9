using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Mono.Unix.Native;
using Xunit;

namespace Minirun.Cli.Tests;

/// <summary>Owners, modes, times, attributes and signals are what a second witness says, which shares no binding with minirun.</summary>
public sealed class WitnessTests : IDisposable
{
    private const FilePermissions All = FilePermissions.ALLPERMS;

    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _files = new();

    public void Dispose()
    {
        _root.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Files_that_a_container_makes_are_the_callers_and_have_their_modes()
    {
        Container.Sh(["-v", _files.Path + ":/mnt"],
            "cd /mnt; umask 0; touch f; chmod 4751 f; mkdir d; chmod 3770 d; mkfifo -m 604 p; ln -s nowhere l; ln f second");
        Assert.Equal((Kernel.Uid, Kernel.Gid, FilePermissions.S_IFREG | Mode("4751"), 2ul), Witness.See(_files["f"]));
        Assert.Equal((Kernel.Uid, Kernel.Gid, FilePermissions.S_IFDIR | Mode("3770"), 2ul), Witness.See(_files["d"]));
        Assert.Equal((Kernel.Uid, Kernel.Gid, FilePermissions.S_IFIFO | Mode("604"), 1ul), Witness.See(_files["p"]));
        Assert.Equal(FilePermissions.S_IFLNK, Witness.See(_files["l"]).Mode & ~All);
    }

    [Requires(Need.Root)]
    public void Owners_that_a_container_gives_are_those_that_its_map_says()
    {
        Container.Sh(["-v", _files.Path + ":/mnt"], "touch /mnt/same; chown 1234:4321 /mnt/same");
        Assert.Equal((1234u, 4321u), (Witness.See(_files["same"]).Uid, Witness.See(_files["same"]).Gid));
        Syscall.chown(_files.Path, 100_000, 100_000);
        Container.Sh(["--userns", "0:100000:65536", "-v", _files.Path + ":/mnt"], "touch /mnt/moved; chown 1234:4321 /mnt/moved");
        Assert.Equal((101_234u, 104_321u), (Witness.See(_files["moved"]).Uid, Witness.See(_files["moved"]).Gid));
    }

    [Fact]
    public void A_copy_through_a_container_keeps_mode_time_and_attributes()
    {
        using var rootfs = new TemporaryRootfs();
        _root.Run("create", "--net", "none", "--name", "store", rootfs.Path, "true").Succeeds();
        string file = _files.Write("file", "text");
        Syscall.chmod(file, Mode("4710"));
        bool isMarked = Witness.TryMark(file, "user.witness", [0, 255, 1]);
        var time = new Timespec { tv_sec = 981_173_106, tv_nsec = 123_456_789 };
        Syscall.utimensat(Syscall.AT_FDCWD, file, [time, time], 0);
        // Only root may give a file to others than himself.
        string[] owners = Kernel.Uid == 0 ? ["-a"] : [];
        if (Kernel.Uid != 0)
            _root.Run("cp", "-a", file, "store:/tmp/given").Fails(125, "/tmp/given: cannot have the owner ", "EPERM", "hint: only root");
        _root.Run(["cp", .. owners, file, "store:/tmp/witness"]).Succeeds();
        _root.Run(["cp", .. owners, "store:/tmp/witness", _files["back"]]).Succeeds();
        Assert.Equal(Witness.See(file), Witness.See(_files["back"]));
        Assert.Equal((981_173_106, 123_456_789), Witness.Changed(_files["back"]));
        Assert.Equal(isMarked ? [0, 255, 1] : null, Witness.Mark(_files["back"], "user.witness"));
    }

    [Theory]
    [InlineData(Signum.SIGHUP)]
    [InlineData(Signum.SIGUSR2)]
    [InlineData(Signum.SIGTERM)]
    [InlineData(Signum.SIGKILL)]
    public void The_signal_that_ends_a_command_is_the_one_that_others_call_so(Signum signal) =>
        Assert.Equal(128 + Witness.Number(signal),
            Container.Run(["--init"], "sh", "-c", $"kill -s {signal.ToString()["SIG".Length..]} $$").ExitCode);

    private static FilePermissions Mode(string octal) => (FilePermissions)Convert.ToUInt32(octal, 8);
}
