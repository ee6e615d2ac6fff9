using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Pipes of ours that a container has in the place of the caller's stdin, stdout or stderr, and the bytes between the two
/// (<see cref="StandardStream"/>).
/// </summary>
public sealed unsafe class StreamRelay : IDisposable
{
    /// <summary>How many entries <see cref="Prepare"/> fills.</summary>
    public const int Most = 6;

    // Small: what we have read and the command has not is lost to whoever reads the caller's stdin after it.
    private const int InputRoom = 4096, Room = 32768;

    private readonly int[] _theirs = [-1, -1, -1];
    private readonly BytePump?[] _pumps = new BytePump?[3];

    /// <summary>
    /// The command's end of the pipe in the place of a file as stdin: what it has not read is the file's next reader's. -1: none.
    /// </summary>
    private int _unread = -1;

    private StreamRelay(int relayed, bool passes)
    {
        for (int fd = 0; fd < 3; fd++)
        {
            if ((relayed >> fd & 1) == 0) continue;
            // Of `> FILE 2>&1`: by one pipe what is written to the two stays in its order.
            if (passes && fd == 2 && _theirs[1] >= 0 && IsSame(1, 2)) _theirs[2] = fcntl.DuplicateAbove(0, _theirs[1]);
            else if (passes) Join(fd);
            else _theirs[fd] = Nothing(fd == 0 ? fcntl.O_RDONLY : fcntl.O_WRONLY);
        }
    }

    /// <summary>What the other side gets as 0, 1 and 2; -1: the caller's as it is.</summary>
    public int[] Theirs => _theirs;

    /// <summary>For a container that is about to be made; null: it gets all as they are. One that outlives us gets /dev/null.</summary>
    public static StreamRelay? Open(ContainerPlan plan)
    {
        if (plan.Find(LaunchStep.Streams) is not StreamsStep step) return null;
        var relay = new StreamRelay(step.Relayed, passes: !plan.Spec.OwnsPipes);
        step.Descriptors = relay._theirs;
        return relay;
    }

    /// <summary>Of these three, for a program that does as it likes with what it gets.</summary>
    /// <param name="streams">A bit for each.</param>
    public static StreamRelay Of(int streams) => new(streams, passes: true);

    /// <summary>The other side has its ends: ours of them would keep the pipes open.</summary>
    public void HandedOver()
    {
        for (int fd = 0; fd < 3; fd++)
        {
            if (_theirs[fd] >= 0) unistd.close(_theirs[fd]);
            _theirs[fd] = -1;
        }
    }

    /// <summary>Says what to wait for; gives the number of entries filled.</summary>
    /// <param name="fds">Where.</param>
    /// <param name="reads">The caller's stdin is read now.</param>
    public int Prepare(Span<pollfd> fds, bool reads)
    {
        int count = 0;
        for (int fd = 0; fd < 3; fd++, count += 2)
        {
            if (_pumps[fd] is { } pump) pump.Prepare(fds[count..], reads: fd > 0 || (reads && RawTerminal.IsForeground()));
            else fds[count] = fds[count + 1] = new pollfd { fd = -1 };
        }
        return count;
    }

    /// <summary>Whether it has to look again by itself (<see cref="RawTerminal.LookAgain"/>).</summary>
    public bool LooksAgain => _pumps[0] is { IsOver: false } && !RawTerminal.IsForeground();

    /// <param name="fds">What <see cref="Prepare"/> filled.</param>
    public void Move(ReadOnlySpan<pollfd> fds)
    {
        for (int fd = 0; fd < 3; fd++) _pumps[fd]?.Move(fds[fd * 2], fds[fd * 2 + 1]);
    }

    /// <summary>The other side has ended: what it has written is passed on, and nothing is waited for.</summary>
    /// <returns>False when all of it has been passed on.</returns>
    public bool Drains()
    {
        PutBack();
        _pumps[0]?.End();
        bool any = false;
        for (int fd = 1; fd < 3; fd++) any |= _pumps[fd]?.Drains() == true;
        return any;
    }

    /// <summary>Why the caller's stdout or stderr could not be written (errno); 0: it could.</summary>
    public int Trouble => _pumps[1] is { Trouble: > 0 and var errno } ? errno : _pumps[2]?.Trouble ?? 0;

    public void Dispose()
    {
        PutBack();
        HandedOver();
        foreach (BytePump? pump in _pumps) pump?.End();
    }

    private void PutBack()
    {
        if (_unread < 0) return;
        int waiting = 0;
        termios_.ioctl(_unread, termios_.FIONREAD, &waiting);
        waiting += _pumps[0]!.Held;
        if (waiting > 0) sys_syscall.syscall(sys_syscall.SYS_lseek, 0, -waiting, unistd.SEEK_CUR);
        unistd.close(_unread);
        _unread = -1;
    }

    private static bool IsFile(int fd)
    {
        statx status;
        return sys_stat.statx_(fd, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status) == 0
            && (status.stx_mode & sys_stat.S_IFMT) is sys_stat.S_IFREG or sys_stat.S_IFBLK;
    }

    private static bool IsSame(int fd, int other)
    {
        statx one, two;
        const uint basic = sys_stat.STATX_BASIC_STATS;
        return sys_stat.statx_(fd, "", fcntl.AT_EMPTY_PATH, basic, &one) == 0
            && sys_stat.statx_(other, "", fcntl.AT_EMPTY_PATH, basic, &two) == 0
            && one.stx_ino == two.stx_ino && one.stx_dev_major == two.stx_dev_major && one.stx_dev_minor == two.stx_dev_minor;
    }

    private static int Nothing(int access) =>
        (int)LinuxException.Check(fcntl.open("/dev/null", access | fcntl.O_CLOEXEC), "open", "/dev/null");

    private void Join(int fd)
    {
        int* ends = stackalloc int[2];
        LinuxException.Check(unistd.pipe2(ends, fcntl.O_CLOEXEC), "pipe2");
        (int theirs, int ours) = fd == 0 ? (ends[0], ends[1]) : (ends[1], ends[0]);
        bool isFile = fd == 0 && IsFile(fd);
        if (isFile) _unread = fcntl.DuplicateAbove(0, theirs);
        else if (fd == 0) fcntl.fcntl_(ours, fcntl.F_SETPIPE_SZ, InputRoom);
        fcntl.fcntl_(ours, fcntl.F_SETFL, fcntl.O_NONBLOCK);
        _theirs[fd] = theirs;
        _pumps[fd] = fd == 0 ? new BytePump(fd, ours, ours, isFile ? Room : InputRoom) : new BytePump(ours, fd, ours, Room);
    }
}
