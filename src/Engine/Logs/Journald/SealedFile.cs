using System.Runtime.InteropServices;
using Minirun.Engine.Logs.Sending;
using Minirun.Engine.Sockets;
using Minirun.Linux;

namespace Minirun.Engine.Logs.Journald;

/// <summary>
/// A record that is too long for a datagram goes in a file in memory that nobody can change any more: an empty datagram carries it.
/// </summary>
internal static unsafe class SealedFile
{
    private const int Seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE;

    /// <summary>Gives errno, or 0.</summary>
    public static int Send(int socket, RecordQueue queue)
    {
        int file = sys_mman.memfd_create("journal-entry", sys_mman.MFD_CLOEXEC | sys_mman.MFD_ALLOW_SEALING);
        if (file < 0) return Marshal.GetLastPInvokeError();
        int errno = Fill(file, queue.First);
        if (errno == 0 && fcntl.fcntl_(file, fcntl.F_ADD_SEALS, Seals) < 0) errno = Marshal.GetLastPInvokeError();
        if (errno == 0) errno = Pass(socket, file);
        _ = unistd.close(file);
        return errno;
    }

    private static int Fill(int file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int errno = Descriptors.Write(file, bytes, out int written);
            if (errno is not (0 or Errno.EINTR)) return errno;
            bytes = bytes[written..];
        }
        return 0;
    }

    private static int Pass(int socket, int file)
    {
        var control = new cmsghdr_fd
        {
            cmsg_len = cmsghdr_fd.Length,
            cmsg_level = sys_socket.SOL_SOCKET,
            cmsg_type = sys_socket.SCM_RIGHTS,
            fd = file
        };
        var message = new msghdr { msg_control = &control, msg_controllen = sizeof(cmsghdr_fd) };
        return sys_socket.sendmsg(socket, &message, sys_socket.MSG_NOSIGNAL | sys_socket.MSG_DONTWAIT) < 0
            ? Marshal.GetLastPInvokeError()
            : 0;
    }
}
