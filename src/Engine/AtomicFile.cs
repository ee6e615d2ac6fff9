using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine;

/// <summary>Files that are replaced in one step: who reads sees the old or the new, and a full disk leaves the old.</summary>
public static unsafe class AtomicFile
{
    /// <exception cref="LinuxException">It cannot be written; the old one is still there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, uint mode = 0x180 /* 0600 */)
    {
        string temporary = $"{path}.{unistd.getpid()}.tmp";
        int fd = (int)LinuxException.Check(open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode), "open", temporary);
        try
        {
            fixed (byte* start = bytes)
                for (int done = 0; done < bytes.Length;)
                {
                    nint count = unistd.write(fd, start + done, bytes.Length - done);
                    if (count <= 0) throw new LinuxException("write", count < 0 ? Marshal.GetLastPInvokeError() : Errno.ENOSPC, path);
                    done += (int)count;
                }
            LinuxException.Check(unistd.rename(temporary, path), "rename", path);
        }
        catch
        {
            unistd.unlink(temporary);
            throw;
        }
        finally
        {
            unistd.close(fd);
        }
    }

    /// <summary>Null when there is none.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
