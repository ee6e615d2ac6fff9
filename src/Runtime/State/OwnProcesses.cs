using System.Globalization;
using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.State;

/// <summary>
/// The processes that end with a container which has no cgroup: its first process and all below it; those in its mount namespace; those in
/// a user namespace that was made for it, or in one below; what has become a child of its monitor; and all below these. Never another
/// container's first process or monitor, or what is below it: that one may be in the user namespace, too (--net container:NAME).
/// A namespace is known by its inode number in /proc/PID/ns and is held open meanwhile: the kernel gives the number of one
/// that has ended to the next.
/// </summary>
public sealed class OwnProcesses : IDisposable
{
    private enum Owner
    {
        Unknown,
        This,
        Another,
    }

    private const nint NS_GET_PARENT = 0xb702;   // ioctl_ns(2)
    private const int Deepest = 32;              // user_namespaces(7)

    private readonly int _first;
    private readonly List<string> _missing;
    private readonly Func<IReadOnlySet<int>>? _others, _helpers;
    private readonly List<(string Kind, string Link, int Fd)> _own = [];
    private readonly Dictionary<int, ulong> _known = [];   // start times
    private readonly string? _callers = ProcFile.ReadLink("/proc/self/ns/user");

    private OwnProcesses(int first, string[] kinds, Func<IReadOnlySet<int>>? others, Func<IReadOnlySet<int>>? helpers)
    {
        (_first, _missing, _others, _helpers) = (first, [.. kinds], others, helpers);
        _known[first] = ProcessIdentity.StartTime(first);
    }

    /// <summary>
    /// The kinds of namespaces that are made for a container, for <see cref="Of"/>: one that it joins is another's.
    /// </summary>
    public static string[] OwnKinds(OciLinux linux)
    {
        bool Makes(string type) => linux.Namespaces.Exists(each => each.Type == type && string.IsNullOrEmpty(each.Path));
        return [.. Makes("mount") ? ["mnt"] : Array.Empty<string>(), .. Makes("user") ? ["user"] : Array.Empty<string>()];
    }

    /// <summary>Null when all of these are also ours, or it has ended.</summary>
    /// <param name="first">Its first process.</param>
    /// <param name="kinds">Of the namespaces that were made for it, the names of their files: mnt, pid, user.</param>
    /// <param name="others">First processes and monitors of other containers.</param>
    /// <param name="helpers">Children of ours that are not the container's. Null: we are not its subreaper.</param>
    public static OwnProcesses? Of(
        int first, string[] kinds, Func<IReadOnlySet<int>>? others = null, Func<IReadOnlySet<int>>? helpers = null)
    {
        var found = new OwnProcesses(first, kinds, others, helpers);
        found.Hold();
        if (found._known[first] != 0 && found._own.Count + found._missing.Count > 0) return found;
        found.Dispose();
        return null;
    }

    /// <summary>
    /// Holds those of the namespaces that could not be opened before: of fork-news, on its way into the user namespace of another
    /// container, only root may look at them (ptrace(2)).
    /// </summary>
    public void Hold()
    {
        foreach (string kind in _missing.ToArray())
        {
            int fd = Open(_first, kind);
            if (fd < 0) continue;
            _missing.Remove(kind);
            // Of what was opened: the process may have ended since.
            string? link = ProcessIdentity.IsAlive(_first, _known[_first]) ? Link(fd) : null;
            if (link is not null && link != ProcFile.ReadLink("/proc/self/ns/" + kind)) _own.Add((kind, link, fd));
            else unistd.close(fd);
        }
    }

    /// <summary>
    /// Of an --init that came into its user namespace from outside nobody but root may look (ptrace(2)): its command is in the same
    /// namespaces.
    /// </summary>
    private static int Open(int pid, string kind)
    {
        int fd = fcntl.open($"{ProcessIdentity.Directory(pid)}/ns/{kind}", fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        if (fd >= 0 || Marshal.GetLastPInvokeError() != Errno.EACCES) return fd;
        try
        {
            foreach (int child in ProcFile.Children(ProcessIdentity.Directory(pid)))
                if ((fd = fcntl.open($"{ProcessIdentity.Directory(child)}/ns/{kind}", fcntl.O_RDONLY | fcntl.O_CLOEXEC)) >= 0) break;
        }
        catch (IOException)
        {
            // It has ended.
        }
        return fd;
    }

    /// <summary>Those that live.</summary>
    public List<int> Pids() => [.. Living().Select(each => each.Pid)];

    /// <summary>Sends SIGKILL to all of them. Gives how many there were: who forks meanwhile is found the next time.</summary>
    public int Kill()
    {
        List<(int Pid, ulong StartTime)> all = Living();
        foreach (var (pid, startTime) in all)
        {
            using Pidfd? process = Pidfd.TryOpen(pid);
            // Asked again with the descriptor in hand: from now on the pid cannot change hands unnoticed.
            if (process is not null && ProcessIdentity.IsAlive(pid, startTime)) process.Kill();
        }
        return all.Count;
    }

    /// <summary>Kills until none is left; false when one is after that time.</summary>
    public bool End(int milliseconds)
    {
        const int pause = 2;   // ms
        // One that forks and goes all the time is in no single look at /proc: its pid is another one before that has been read.
        int looks = _helpers is null ? 3 : 1;
        long deadline = Environment.TickCount64 + milliseconds;
        for (int empty = 0; empty < looks;)
        {
            empty = (_helpers is null || EndChildren(deadline)) && Kill() == 0 ? empty + 1 : 0;
            if (empty == looks) break;
            if (Environment.TickCount64 >= deadline) return false;
            Poller.Pause(pause);
        }
        return true;
    }

    /// <summary>
    /// Kills and collects what has been left to us, its subreaper, until the kernel's list of our children has none of it: whoever forks
    /// and goes is there, or is below one that is there.
    /// </summary>
    /// <returns>False when the time is over.</returns>
    private bool EndChildren(long deadline)
    {
        for (bool lives = true, ended = true; lives || ended;)
        {
            (lives, ended) = (false, false);
            IReadOnlySet<int> helpers = _helpers!();
            foreach (int child in ProcFile.Children("/proc/self"))
            {
                if (child == _first || helpers.Contains(child)) continue;
                // A child of ours keeps its pid until we collect it.
                bool isKilled = IsOfOwnUsers(child) && signal.kill(child, signal.SIGKILL) == 0;
                if (ChildStatus.TryCollect(child, out _, out _)) ended = true;
                else lives |= isKilled;
            }
            if (Environment.TickCount64 >= deadline) return false;
            if (lives && !ended) Poller.Pause(1);
        }
        return true;
    }

    public void Dispose()
    {
        foreach (var (_, _, fd) in _own) unistd.close(fd);
        _own.Clear();
    }

    private List<(int Pid, ulong StartTime)> Living()
    {
        Hold();
        var tree = new ProcessTree();
        var judged = new Dictionary<int, Owner>();
        IReadOnlySet<int>? others = _others?.Invoke(), helpers = _helpers?.Invoke();
        HashSet<string> foreign = others is null ? [] : Spaces(others);
        var above = new Stack<int>();
        List<(int, ulong)> found = [];
        foreach (int pid in tree.Pids)
        {
            var owner = Owner.Unknown;
            for (int at = pid; at > 0 && !above.Contains(at) && !judged.TryGetValue(at, out owner); at = tree.ParentOf(at)) above.Push(at);
            while (above.TryPop(out int at)) judged[at] = owner = Judge(at, owner);
            // One that has ended, and that nobody has waited for, is still in its user namespace.
            if (judged[pid] == Owner.This && tree.StartTimeOf(pid) is > 0 and var startTime) found.Add((pid, startTime));
        }
        // Who is left behind by a parent that ends meanwhile is known by itself.
        foreach (var (pid, startTime) in found) _known[pid] = startTime;
        return found;

        Owner Judge(int pid, Owner parents)
        {
            if (others?.Contains(pid) == true) return Owner.Another;
            if (_known.TryGetValue(pid, out ulong known) && known == tree.StartTimeOf(pid)) return Owner.This;
            if (parents != Owner.Unknown) return parents;
            if (IsIn(pid, "mnt") || IsIn(pid, "pid")) return Owner.This;
            if (foreign.Count > 0 && (foreign.Contains(Space(pid, "pid")) || foreign.Contains(Space(pid, "mnt")))) return Owner.Another;
            bool isLeftToUs = helpers is not null && tree.ParentOf(pid) == Environment.ProcessId && !helpers.Contains(pid);
            if (isLeftToUs && IsOfOwnUsers(pid)) return Owner.This;
            return IsIn(pid, "user") ? Owner.This : Owner.Unknown;
        }
    }

    /// <summary>The pid and mount namespaces of other containers that are theirs alone.</summary>
    private HashSet<string> Spaces(IReadOnlySet<int> others)
    {
        HashSet<string> spaces = [];
        foreach (string kind in (ReadOnlySpan<string>)["pid", "mnt"])
        {
            foreach (int other in others)
            {
                int fd = Open(other, kind);
                if (fd < 0) continue;
                if (Link(fd) is { } link) spaces.Add(link);
                unistd.close(fd);
            }
            spaces.Remove(ProcFile.ReadLink("/proc/self/ns/" + kind) ?? "");
            spaces.Remove(Space(_first, kind));
        }
        return spaces;
    }

    /// <summary>Empty: it has ended, or is not ours to look at.</summary>
    private static string Space(int pid, string kind) =>
        ProcFile.ReadLink($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/ns/{kind}")
            ?? ProcFile.ReadLink($"{ProcessIdentity.Directory(pid)}/ns/{kind}") ?? "";

    /// <summary>
    /// Whether it is in another user namespace than we are. Of one whose program nobody may read we may not ask (would_dump in fs/exec.c);
    /// of what we have started ourselves we may.
    /// </summary>
    private bool IsOfOwnUsers(int pid) => Space(pid, "user") != _callers;

    private bool IsIn(int pid, string wanted)
    {
        foreach (var (kind, link, _) in _own)
        {
            if (kind != wanted) continue;
            string its = Space(pid, kind);
            if (its == link || (kind == "user" && its.Length > 0 && its != _callers && IsBelow(pid, link))) return true;
        }
        return false;
    }

    /// <summary>Whether a process is in a user namespace that was made in that one, or in one of those.</summary>
    private static bool IsBelow(int pid, string ancestor)
    {
        int space = fcntl.open(ProcessIdentity.Directory(pid) + "/ns/user", fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        bool found = false;
        for (int i = 0; space >= 0 && !found && i <= Deepest; i++)
        {
            // None above ours can be had (EPERM).
            int parent = (int)syscall(SYS_ioctl, space, NS_GET_PARENT, 0);
            unistd.close(space);
            space = parent;
            found = space >= 0 && Link(space) == ancestor;
        }
        if (space >= 0) unistd.close(space);
        return found;
    }

    private static string? Link(int fd) => ProcFile.ReadLink("/proc/self/fd/" + fd.ToString(CultureInfo.InvariantCulture));
}
