using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// The setns(2) calls of a plan that names namespaces. They are made by a child that has one thread, as setns wants for a user namespace.
/// Who enters a user namespace has powers over what belongs to it, and loses those over the rest: so what belongs to others is entered
/// before.
/// </summary>
internal static unsafe class NamespaceJoin
{
    private const nint NS_GET_USERNS = 0xb701;
    private const nint NS_GET_NSTYPE = 0xb703;

    public static void Write(ScriptWriter script, ContainerPlan plan)
    {
        foreach (var (op, fd, flags) in InOrder(plan)) script.Add(op, SYS_setns, fd, (long)flags).EndsAtOnce = true;
    }

    /// <summary>What is entered, by which operation: namespaces by their files, or all of a process by its pidfd.</summary>
    public static List<(int Op, int Fd, ulong Flags)> InOrder(ContainerPlan plan)
    {
        var joins = new List<(int Op, int Fd, ulong Flags)>();
        int user = -1;
        for (int op = 0; op < plan.Operations.Count; op++)
        {
            if (plan.Operations[op] is not JoinStep join) continue;
            int fd = join.Path is { } path ? Open(path, (long)join.Namespaces) : join.Process;
            if (join.Namespaces == sched.CLONE_NEWUSER) user = fd;
            joins.Add((op, fd, join.Namespaces));
        }
        if (user < 0 || joins.Count == 1) return joins;
        var ordered = new List<(int Op, int Fd, ulong Flags)>();
        ordered.AddRange(joins.FindAll(join => join.Fd != user && !BelongsTo(join.Fd, user)));
        ordered.AddRange(joins.FindAll(join => join.Fd == user));
        ordered.AddRange(joins.FindAll(join => join.Fd != user && BelongsTo(join.Fd, user)));
        return ordered;
    }

    /// <exception cref="UserError">It is a namespace of another kind, or no namespace.</exception>
    private static int Open(string path, long kind)
    {
        int fd = (int)LinuxException.Check(fcntl.open(path, fcntl.O_RDONLY | fcntl.O_CLOEXEC), "open", path);
        nint found = sys_syscall.syscall(SYS_ioctl, fd, NS_GET_NSTYPE, 0);
        if (found == kind) return fd;
        unistd.close(fd);
        string wanted = NamespaceSet.File((ulong)kind);
        throw new UserError(
            $"linux.namespaces: {path}: not a namespace of the kind {wanted}"
                + (found < 0 ? "" : $" but {NamespaceSet.File((ulong)found)}"),
            $"/proc/PID/ns/{wanted} of a process is one");
    }

    private static bool BelongsTo(int fd, int user)
    {
        int owner = (int)sys_syscall.syscall(SYS_ioctl, fd, NS_GET_USERNS, 0);
        if (owner < 0) return false;
        statx ofOwner, ofUser;
        bool same = sys_stat.statx_(owner, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &ofOwner) == 0
            && sys_stat.statx_(user, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &ofUser) == 0
                && ofOwner.stx_ino == ofUser.stx_ino;
        unistd.close(owner);
        return same;
    }
}
