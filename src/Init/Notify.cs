using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>Readiness (sd_notify(3)): a socket of the container's own, whose messages minirun passes on.</summary>
internal static unsafe class Notify
{
    private const int PathSize = 108;   // sizeof(sun_path)
    private const int Writable = 0x1b6; // 0666: whoever the command is

    /// <summary>It is bound in the /dev that we mounted, where nobody has put anything. The socket goes to the parent.</summary>
    public static bool Listen(Child* child, PlanOp* op)
    {
        nint socket = child->Call(SYS_socket, sys_socket.AF_UNIX, sys_socket.SOCK_DGRAM | sys_socket.SOCK_CLOEXEC, 0);
        if (socket < 0) return false;
        byte* address = stackalloc byte[sizeof(ushort) + PathSize];
        *(ushort*)address = sys_socket.AF_UNIX;
        byte* path = child->At(op->Text.Text);
        Text.Copy(address + sizeof(ushort), path);
        bool done = child->Try(SYS_bind, socket, (nint)address, sizeof(ushort) + Text.Length(path) + 1)
            && child->Try(SYS_fchmodat, fcntl.AT_FDCWD, (nint)path, Writable)
            && Reports.SendDescriptor(child, ReportKind.Readiness, op->Index, (int)socket);
        Child.Close(socket);
        return done;
    }
}
