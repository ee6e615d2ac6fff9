using System.Diagnostics;
using System.Runtime.InteropServices;
using Minirun.Linux.Calls;
using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>Who owns descriptors, processes and waits (src/Linux/Calls).</summary>
public sealed partial class OwnerTests
{
    private const int Patience = 20_000;   // ms

    [Fact]
    public void A_descriptor_is_closed_once()
    {
        using Fd other = Fd.InMemory("other");
        // A number that no other thread of the tests gets.
        const int number = 700;
        Fd fd = Fd.Check(fcntl.fcntl_(other, fcntl.F_DUPFD_CLOEXEC, number), "fcntl");
        fd.Dispose();
        Assert.False(fd.IsOpen);
        // Somebody else has the number now: a second close would be of theirs.
        Assert.Equal(number, fcntl.fcntl_(other, fcntl.F_DUPFD_CLOEXEC, number));
        fd.Dispose();
        using var again = new Fd(number);
        Assert.True(fcntl.fcntl_(again, fcntl.F_GETFL) >= 0);
    }

    [Fact]
    public void A_descriptor_that_was_given_away_stays_open()
    {
        Fd fd = Fd.InMemory("one");
        using var heir = new Fd(fd.Release());
        fd.Dispose();
        Assert.True(fcntl.fcntl_(heir, fcntl.F_GETFL) >= 0);
    }

    [Fact]
    public void What_cannot_be_opened_is_named()
    {
        LinuxException error = Assert.Throws<LinuxException>(() => Fd.Open("/nowhere/at/all", fcntl.O_RDONLY));
        Assert.Equal(("open", Errno.ENOENT, "/nowhere/at/all"), (error.Call, error.Number, error.Path));
    }

    [Fact]
    public void A_file_is_written_and_read_whole_whatever_its_length()
    {
        byte[] bytes = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];
        using Fd file = Fd.InMemory("bytes");
        Io.WriteAll(file, bytes);
        Assert.Equal(bytes, Io.ReadAll(file));
        Assert.Equal(bytes[5..15], Io.ReadAll(file, most: 10, offset: 5));
    }

    [Fact]
    public void Each_source_of_a_loop_says_what_happened_to_it()
    {
        var (first, toFirst) = Fd.Pipe();
        var (second, toSecond) = Fd.Pipe();
        using (first)
        using (toFirst)
        using (second)
        using (toSecond)
        {
            var poller = new Poller();
            PollSource gone = poller.Add(first), one = poller.Add(first), none = poller.Add(), two = poller.Add(second);
            poller.Remove(gone);
            Io.WriteAll(toSecond, "x"u8);
            Assert.True(poller.Wait(Patience));
            Assert.Equal((false, false, true, false), (one.IsReady, none.IsReady, two.IsReady, two.HasHungUp));
            toFirst.Dispose();
            two.Descriptor = -1;
            Assert.True(poller.Wait(Patience));
            Assert.Equal((true, true, false), (one.IsReady, one.HasHungUp, two.IsReady));
            one.Descriptor = -1;
            Assert.False(poller.Wait(0));
        }
    }

    [Fact]
    public void A_wait_outlasts_a_signal()
    {
        var (read, write) = Fd.Pipe();
        using (read)
        using (write)
        {
            using var handled = new SemaphoreSlim(0);
            using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => handled.Release());
            int thread = 0;
            bool came = false;
            var waiting = new Thread(() =>
            {
                Volatile.Write(ref thread, gettid());
                came = Poller.Await(read, poll.POLLIN, Patience);
            });
            waiting.Start();
            Assert.True(SpinWait.SpinUntil(() => InPoll(Volatile.Read(ref thread)), Patience));
            Assert.Equal(0, tgkill(Environment.ProcessId, thread, signal.SIGWINCH));
            Assert.True(handled.Wait(Patience));
            Io.WriteAll(write, "x"u8);
            waiting.Join();
            Assert.True(came);
        }
    }

    [Fact]
    public void A_process_is_held_until_it_has_ended_and_none_is_none()
    {
        using Process sleep = Process.Start("sleep", "1000");
        using Pidfd held = Pidfd.Open(sleep.Id);
        Assert.False(held.WaitForEnd(0));
        Assert.True(held.Signal(signal.SIGKILL));
        Assert.True(held.WaitForEnd(Patience));
        sleep.WaitForExit();
        Assert.False(held.Signal(signal.SIGKILL));
        Assert.Null(Pidfd.TryOpen(sleep.Id));
        Assert.Null(Pidfd.TryOpen(0));
    }

    /// <summary>proc(5): the number of the call that a thread waits in is the first word.</summary>
    private static bool InPoll(int thread) =>
        thread > 0 && File.ReadAllText($"/proc/self/task/{thread}/syscall").Split(' ')[0] is "7" or "73" or "271";

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc")]
    private static partial int tgkill(int process, int thread, int number);
}
