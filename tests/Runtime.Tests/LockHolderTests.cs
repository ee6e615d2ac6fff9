using Minirun.Linux;
using Minirun.Linux.Calls;
using Xunit;

namespace Minirun.Runtime.Tests;

/// <summary>Who holds a lock is known by the file: the kernel's list has its inode's number, which another file system has, too.</summary>
public sealed class LockHolderTests
{
    // The roots of two file systems of the kernel's, whose inodes both have the number 1.
    private const string Wanted = "/dev/shm", Other = "/proc";

    [Fact]
    public void A_lock_on_an_inode_of_the_same_number_is_not_taken_for_it()
    {
        using Fd other = Fd.Open(Other, fcntl.O_RDONLY | fcntl.O_DIRECTORY), wanted = Fd.Open(Wanted, fcntl.O_RDONLY | fcntl.O_DIRECTORY);
        Assert.Equal(Entry.Status(other).stx_ino, Entry.Status(wanted).stx_ino);
        Assert.Equal(0, sys_file.flock(other, sys_file.LOCK_EX | sys_file.LOCK_NB));
        Assert.Contains(Environment.ProcessId, LockHolder.Find(Other));
        wanted.Dispose();
        Assert.DoesNotContain(Environment.ProcessId, LockHolder.Find(Wanted));
    }

    [Fact]
    public void The_holder_of_a_lock_is_found()
    {
        string path = Path.GetTempFileName();
        try
        {
            using Fd file = Fd.Open(path, fcntl.O_RDWR);
            Assert.DoesNotContain(Environment.ProcessId, LockHolder.Find(path));
            Assert.Equal(0, sys_file.flock(file, sys_file.LOCK_EX | sys_file.LOCK_NB));
            Assert.Contains(Environment.ProcessId, LockHolder.Find(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
