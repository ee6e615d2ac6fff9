using Minirun.Linux;
using Minirun.Runtime.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// The setns(2) calls of a plan that names namespaces. They are made by a child that has one thread, as setns wants for a user namespace. Who enters a user namespace has
/// powers over what belongs to it, and loses those over the rest: so what belongs to others is entered before.
/// </summary>
internal static unsafe class NamespaceJoin
{
    private const nint NS_GET_USERNS = 0xb701;

    public static void Write(ScriptWriter script, ContainerPlan plan)
    {
        var joins = new List<(int Op, int Fd, Operation Operation)>();
        int user = -1;
        for (int op = 0; op < plan.Operations.Count; op++)
        {
            Operation operation = plan.Operations[op];
            if (operation.Step != LaunchStep.Join) continue;
            int fd = (int)LinuxException.Check(fcntl.open(operation.Path!, fcntl.O_RDONLY | fcntl.O_CLOEXEC), "open", operation.Path!);
            if (operation.A == (long)sched.CLONE_NEWUSER) user = fd;
            joins.Add((op, fd, operation));
        }
        foreach (var (op, fd, operation) in joins)
            if (user >= 0 && fd != user && !BelongsTo(fd, user)) Join(script, op, fd, operation);
        foreach (var (op, fd, operation) in joins)
            if (fd == user) Join(script, op, fd, operation);
        foreach (var (op, fd, operation) in joins)
            if (user < 0 || (fd != user && BelongsTo(fd, user))) Join(script, op, fd, operation);
    }

    private static void Join(ScriptWriter script, int op, int fd, Operation operation) => script.Add(op, SYS_setns, fd, operation.A).EndsAtOnce = true;

    private static bool BelongsTo(int fd, int user)
    {
        int owner = (int)sys_syscall.syscall(SYS_ioctl, fd, NS_GET_USERNS, 0);
        if (owner < 0) return false;
        statx ofOwner, ofUser;
        bool same = sys_stat.statx_(owner, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &ofOwner) == 0
            && sys_stat.statx_(user, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &ofUser) == 0 && ofOwner.stx_ino == ofUser.stx_ino;
        unistd.close(owner);
        return same;
    }
}
