using Minirun.Linux.Calls;
using Mono.Unix.Native;
using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>
/// What our bindings do is looked at through somebody else's, Mono.Posix: a wrong one of ours, which would read back the same wrong thing
/// that it wrote, shows here (docs/decisions/0005).
/// </summary>
public sealed unsafe class WitnessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("minirun-witness-").FullName;

    private string File => Path.Combine(_directory, "file");

    public WitnessTests() => System.IO.File.WriteAllText(File, "text");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(0x1a4)]   // 0644
    [InlineData(0x9ed)]   // 04755
    [InlineData(0x5c8)]   // 02710
    [InlineData(0x000)]
    public void A_mode_that_we_set_is_the_mode(int mode)
    {
        Assert.Equal(0, sys_stat.chmod(File, (uint)mode));
        Assert.Equal((uint)mode, (uint)Seen(File).st_mode & 0xfff);
    }

    [Fact]
    public void What_we_read_of_a_file_is_what_others_read()
    {
        Assert.Equal(0, Syscall.symlink("file", Path.Combine(_directory, "link")));
        Assert.Equal(0, Syscall.link(File, Path.Combine(_directory, "second")));
        Assert.Equal(0, Syscall.mkfifo(Path.Combine(_directory, "fifo"), FilePermissions.S_IRUSR));
        foreach (string path in (string[])[File, _directory, Path.Combine(_directory, "link"), Path.Combine(_directory, "fifo"),
            "/dev/null", "/dev/tty"])
        {
            statx ours;
            Assert.Equal(0, sys_stat.statx_(fcntl.AT_FDCWD, path, fcntl.AT_SYMLINK_NOFOLLOW, sys_stat.STATX_BASIC_STATS, &ours));
            Stat theirs = Seen(path);
            Assert.Equal(
                (theirs.st_uid, theirs.st_gid, (uint)theirs.st_mode, (ulong)theirs.st_nlink, theirs.st_ino, (ulong)theirs.st_size),
                (ours.stx_uid, ours.stx_gid, (uint)ours.stx_mode, (ulong)ours.stx_nlink, ours.stx_ino, ours.stx_size));
            Assert.Equal((theirs.st_mtime, theirs.st_mtime_nsec), (ours.stx_mtime.tv_sec, (long)ours.stx_mtime.tv_nsec));
            Assert.Equal(theirs.st_rdev, (ulong)sys_sysmacros.makedev(ours.stx_rdev_major, ours.stx_rdev_minor));
            Assert.Equal(theirs.st_dev, (ulong)sys_sysmacros.makedev(ours.stx_dev_major, ours.stx_dev_minor));
        }
    }

    [Fact]
    public void An_owner_that_we_set_is_the_owner()
    {
        bool isRoot = Syscall.geteuid() == 0;
        (uint uid, uint gid) = isRoot ? (1234u, 4321u) : (Syscall.getuid(), Syscall.getgid());
        Assert.Equal(0, unistd.chown(File, uid, gid));
        Assert.Equal((uid, gid), (Seen(File).st_uid, Seen(File).st_gid));
        if (!isRoot) return;
        // Not before it is made: the owner of a file that root makes as somebody else.
        using (new FileMaker(2345, 5432)) Assert.Equal(0, sys_stat.mkfifo(Path.Combine(_directory, "of-another"), 0x180));
        Assert.Equal((2345u, 5432u),
            (Seen(Path.Combine(_directory, "of-another")).st_uid, Seen(Path.Combine(_directory, "of-another")).st_gid));
    }

    [Fact]
    public void We_are_who_others_say_that_we_are()
    {
        Assert.Equal((Syscall.getuid(), Syscall.geteuid(), Syscall.getgid(), Syscall.getegid()),
            (unistd.getuid(), unistd.geteuid(), unistd.getgid(), unistd.getegid()));
        uint[] theirs = new uint[Syscall.getgroups(0, [])], ours = new uint[theirs.Length];
        Syscall.getgroups(theirs);
        fixed (uint* list = ours) Assert.Equal(theirs.Length, unistd.getgroups(ours.Length, list));
        Assert.Equal(theirs, ours);
        Assert.Equal((Syscall.getpid(), Syscall.getpgrp()), (unistd.getpid(), unistd.getpgrp()));
    }

    [Fact]
    public void Extended_attributes_that_we_set_are_there_and_those_of_others_are_read()
    {
        byte[] value = [1, 0, 255, 2];
        fixed (byte* start = value)
            if (sys_xattr.setxattr(File, "user.ours", start, value.Length, 0) < 0)
            {
                // A file system without them is without them for everybody.
                Assert.Equal(-1, Syscall.setxattr(File, "user.theirs", value));
                return;
            }
        Assert.Equal(value.Length, Syscall.getxattr(File, "user.ours", out byte[] seen));
        Assert.Equal(value, seen);
        Assert.Equal(0, Syscall.setxattr(File, "user.theirs", [9, 8]));
        byte[] read = new byte[16], names = new byte[256];
        fixed (byte* start = read) Assert.Equal(2, sys_xattr.getxattr(File, "user.theirs", start, read.Length));
        Assert.Equal([9, 8], read[..2]);
        nint length;
        fixed (byte* start = names) length = sys_xattr.listxattr(File, start, names.Length);
        Assert.True(Syscall.listxattr(File, out string[] theirs) >= 0);
        Assert.Equal(theirs.Order(),
            KernelText.Decode(names.AsSpan(0, (int)length)).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public void Signals_have_the_numbers_and_names_of_others()
    {
        foreach (Signum theirs in Enum.GetValues<Signum>().Distinct())
        {
            if (!NativeConvert.TryFromSignum(theirs, out int number)) continue;
            Assert.Equal(number, SignalName.Parse(theirs.ToString()));
            Assert.Contains(SignalName.Of(number), Enum.GetNames<Signum>().Where(name => Enum.Parse<Signum>(name) == theirs));
        }
    }

    /// <summary>A signal that we send, as whoever waits for the process sees it.</summary>
    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("SIGUSR2")]
    [InlineData("SIGKILL")]
    public void A_signal_that_we_send_is_the_one_that_arrives(string name)
    {
        using System.Diagnostics.Process sleeper = System.Diagnostics.Process.Start("sleep", "60");
        Assert.Equal(0, signal.kill(sleeper.Id, SignalName.Parse(name)));
        Assert.True(sleeper.WaitForExit(10_000));
        Assert.Equal(128 + NativeConvert.FromSignum(Enum.Parse<Signum>(name)), sleeper.ExitCode);
    }

    [Fact]
    public void Errors_have_the_numbers_of_others()
    {
        foreach (Mono.Unix.Native.Errno theirs in Enum.GetValues<Mono.Unix.Native.Errno>())
            if (NativeConvert.TryFromErrno(theirs, out int number) && theirs.ToString() is var name && number > 0
                && Errno.Name(number) != name)
                Assert.Contains((name, Errno.Name(number)), s_secondNames);
    }

    /// <summary>Of one number: theirs, and ours.</summary>
    private static readonly (string,
        string)[] s_secondNames = [("EWOULDBLOCK", "EAGAIN"), ("EDEADLOCK", "EDEADLK"), ("ENOTSUP", "EOPNOTSUPP")];

    [Fact]
    public void Flags_of_open_have_the_values_of_others()
    {
        (OpenFlags Theirs, int Ours)[] flags =
        [
            (OpenFlags.O_DIRECTORY, fcntl.O_DIRECTORY), (OpenFlags.O_NOFOLLOW, fcntl.O_NOFOLLOW), (OpenFlags.O_CLOEXEC, fcntl.O_CLOEXEC),
            (OpenFlags.O_NONBLOCK, fcntl.O_NONBLOCK), (OpenFlags.O_RDWR, fcntl.O_RDWR),
            (OpenFlags.O_CREAT, fcntl.O_CREAT), (OpenFlags.O_EXCL, fcntl.O_EXCL), (OpenFlags.O_TRUNC, fcntl.O_TRUNC),
        ];
        foreach ((OpenFlags theirs, int ours) in flags) Assert.Equal((theirs, NativeConvert.FromOpenFlags(theirs)), (theirs, ours));
    }

    private static Stat Seen(string path) =>
        Syscall.lstat(path, out Stat stat) == 0 ? stat : throw new IOException($"{path}: {Stdlib.GetLastError()}");
}
