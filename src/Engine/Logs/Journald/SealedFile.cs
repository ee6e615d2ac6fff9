using Minirun.Engine.Logs.Sending;
using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Logs.Journald;

/// <summary>
/// A record that is too long for a datagram goes in a file in memory that nobody can change any more: an empty datagram carries it.
/// </summary>
internal static class SealedFile
{
    private const int Seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE;

    /// <summary>Gives errno, or 0.</summary>
    public static int Send(int socket, RecordQueue queue)
    {
        using var file = new Fd(sys_mman.memfd_create("journal-entry", sys_mman.MFD_CLOEXEC | sys_mman.MFD_ALLOW_SEALING));
        if (!file.IsOpen) return Io.Error;
        int errno = Fill(file, queue.First);
        if (errno == 0 && fcntl.fcntl_(file, fcntl.F_ADD_SEALS, Seals) < 0) errno = Io.Error;
        return errno == 0 ? SocketCalls.SendDescriptor(socket, file) : errno;
    }

    private static int Fill(int file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int errno = Descriptors.Write(file, bytes, out int written);
            if (errno != 0) return errno;
            bytes = bytes[written..];
        }
        return 0;
    }
}
