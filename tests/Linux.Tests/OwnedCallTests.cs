using Minirun.Linux.Calls;
using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>What src/Linux/Calls does for those above it, so that they need no pointers and no numbers of system calls.</summary>
public sealed class OwnedCallTests : IDisposable
{
    private const int Patience = 20_000;   // ms
    private readonly string _directory = Directory.CreateTempSubdirectory("owned").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Closing_a_descriptor_leaves_what_the_call_before_has_said()
    {
        Fd open = Fd.InMemory("open");
        Fd missing = Fd.TryOpen(_directory + "/nothing", fcntl.O_RDONLY);
        open.Dispose();
        Assert.Equal((false, Errno.ENOENT), (missing.IsOpen, Io.Error));
    }

    [Fact]
    public void A_watch_hears_of_a_new_file_until_that_is_forgotten()
    {
        using var watch = new FileWatch(_directory);
        Assert.False(Poller.IsReady(watch.Descriptor, poll.POLLIN));
        File.WriteAllText(_directory + "/new", "");
        Assert.True(Poller.Await(watch.Descriptor, poll.POLLIN, Patience));
        watch.Forget();
        Assert.False(Poller.IsReady(watch.Descriptor, poll.POLLIN));
    }

    [Fact]
    public void A_watch_of_no_directory_is_an_error() =>
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => new FileWatch(_directory + "/nothing")).Number);

    [Fact]
    public void A_file_has_two_locks_that_end_with_their_descriptor()
    {
        string path = _directory + "/lock";
        using Fd other = Fd.Open(path, fcntl.O_RDWR | fcntl.O_CREAT, 0x180 /* 0600 */);
        using (Fd one = Fd.Open(path, fcntl.O_RDWR))
        {
            Assert.Equal(0, FileLocks.TryTake(one, sys_file.LOCK_EX | sys_file.LOCK_NB));
            Assert.Equal(Errno.EAGAIN, FileLocks.TryTake(other, sys_file.LOCK_EX | sys_file.LOCK_NB));
            Assert.False(FileLocks.IsMarked(other));
            FileLocks.Mark(one, isMarked: true);
            Assert.True(FileLocks.IsMarked(other));
            FileLocks.Mark(one, isMarked: false);
            Assert.False(FileLocks.IsMarked(other));
            FileLocks.Mark(one, isMarked: true);
        }
        Assert.False(FileLocks.IsMarked(other));
        Assert.Equal(0, FileLocks.TryTake(other, sys_file.LOCK_EX | sys_file.LOCK_NB));
    }

    [Fact]
    public void A_descriptor_goes_from_socket_to_socket()
    {
        (Fd ours, Fd theirs) = SocketCalls.Pair(sys_socket.SOCK_SEQPACKET);
        using (ours)
        using (theirs)
        using (Fd file = Fd.InMemory("sent"))
        {
            Assert.Equal(0, SocketCalls.SendDescriptor(ours, file));
            using Fd? got = SocketCalls.ReceiveDescriptor(theirs);
            Assert.Equal(Entry.Identity(Entry.Status(file)), Entry.Identity(Entry.Status(got!)));
            // One with words alone has none.
            Assert.Equal(2, SocketCalls.Send(ours, "no"u8));
            Assert.Null(SocketCalls.ReceiveDescriptor(theirs));
        }
    }

    [Fact]
    public void A_socket_by_a_path_that_is_too_long_for_one_is_found_nevertheless()
    {
        string place = Path.Combine(_directory, new string('d', 120));
        Directory.CreateDirectory(place);
        using Fd listener = UnixSocket.Listen(place + "/socket", sys_socket.SOCK_STREAM);
        using Fd client = UnixSocket.Connect(place + "/socket", sys_socket.SOCK_STREAM);
        using Fd accepted = UnixSocket.Accept(listener);
        Assert.Equal(5, SocketCalls.Send(client, "hello"u8));
        byte[] got = new byte[16];
        Assert.Equal("hello"u8.ToArray(), got[..SocketCalls.Receive(accepted, got)]);
    }

    [Fact]
    public void What_is_made_in_an_open_directory_has_its_mode_and_its_times()
    {
        using Fd directory = Fd.Open(_directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY);
        byte[] file = KernelText.EncodeName("file"), link = KernelText.EncodeName("link"), name = KernelText.EncodeName("name");
        using (Fd made = Entry.Open(directory, file, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_EXCL, 0x180 /* 0600 */))
        {
            Assert.Equal(0, Inode.SetMode(made, 0x1a4 /* 0644 */));
            Assert.Equal(0, NewEntry.MakeLink(made, directory, name));
        }
        NewEntry.MakeSymbolicLink(KernelText.EncodeName("nowhere"), directory, link, "link");
        var long_ago = new Tmds.Linux.statx_timestamp { tv_sec = 1_000_000_000, tv_nsec = 5 };
        foreach (byte[] each in (byte[][])[file, link])
            Assert.Equal(0, Inode.SetTimes(directory, each, new statx { stx_atime = long_ago, stx_mtime = long_ago }));
        Assert.True(FileStatus.TryRead(_directory + "/file", out statx status));
        Assert.Equal((0x1a4, 2u, 1_000_000_000L), (status.stx_mode & 0xfff, status.stx_nlink, status.stx_mtime.tv_sec));
        Assert.True(FileStatus.TryRead(_directory + "/link", out statx itself, fcntl.AT_SYMLINK_NOFOLLOW));
        Assert.Equal(1_000_000_000L, itself.stx_mtime.tv_sec);
        Assert.False(FileStatus.TryRead(_directory + "/link", out _));
    }

    [Fact]
    public void A_directory_that_is_there_already_is_not_made_again()
    {
        using Fd directory = Fd.Open(_directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY);
        byte[] name = KernelText.EncodeName("inner");
        Assert.True(NewEntry.MakeDirectory(directory, name, 0x1c0 /* 0700 */));
        Assert.False(NewEntry.MakeDirectory(directory, name, 0x1c0 /* 0700 */));
    }

    [Fact]
    public void A_file_in_the_place_of_another_is_not_the_same()
    {
        string path = _directory + "/file";
        using Fd file = Fd.Open(path, fcntl.O_RDWR | fcntl.O_CREAT, 0x180 /* 0600 */);
        Assert.True(FileStatus.IsSame(file, path));
        File.Move(path, path + ".old");
        File.WriteAllText(path, "");
        Assert.False(FileStatus.IsSame(file, path));
    }

    [Fact]
    public void A_signal_waits_as_long_as_it_is_masked()
    {
        const int bit = 1 << (signal.SIGUSR2 - 1);
        using (new SignalMask(signal.Bit(signal.SIGUSR2))) Assert.NotEqual(0ul, Blocked() & bit);
        Assert.Equal(0ul, Blocked() & bit);
    }

    [Fact]
    public void What_is_no_terminal_and_no_socket_is_known()
    {
        using Fd file = Fd.InMemory("file");
        Assert.False(Terminal.TryGetSize(file, out _, out _));
        Assert.False(Terminal.TryGet(file, out _));
        Assert.Null(SocketCalls.Name(file));
    }

    private static ulong Blocked() => Convert.ToUInt64(
        File.ReadAllLines("/proc/thread-self/status").Single(line => line.StartsWith("SigBlk:", StringComparison.Ordinal))[7..].Trim(), 16);
}
