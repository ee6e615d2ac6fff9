using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Probe;

/// <summary>A file system whose server takes every request and answers none, but the first one (linux/fuse.h).</summary>
internal static unsafe partial class Fuse
{
    private const int Init = 26, HeaderSize = 16, AnswerSize = 64, Room = 1 << 17;

    /// <summary>Whoever looks into it waits for ever, and SIGKILL does not end that.</summary>
    public static int Hang(string directory)
    {
        int fd = (int)LinuxException.Check(fcntl.open("/dev/fuse", fcntl.O_RDWR | fcntl.O_CLOEXEC), "open", "/dev/fuse");
        string options = $"fd={fd},rootmode=40000,user_id=0,group_id=0";
        LinuxException.Check(mount("probe", directory, "fuse", 0, options), "mount", directory);
        byte[] request = new byte[Room];
        byte* answer = stackalloc byte[HeaderSize + AnswerSize];
        while (true)
        {
            nint length;
            fixed (byte* start = request) length = (nint)LinuxException.Check(unistd.read(fd, start, Room), "read", "/dev/fuse");
            if (length < HeaderSize || BitConverter.ToInt32(request, 4) != Init) continue;
            new Span<byte>(answer, HeaderSize + AnswerSize).Clear();
            *(int*)answer = HeaderSize + AnswerSize;
            *(ulong*)(answer + 8) = BitConverter.ToUInt64(request, 8);
            *(int*)(answer + HeaderSize) = 7;          // major
            *(int*)(answer + HeaderSize + 4) = 31;     // minor
            *(int*)(answer + HeaderSize + 20) = 4096;  // max_write
            *(int*)(answer + HeaderSize + 24) = 1;     // time_gran
            LinuxException.Check(unistd.write(fd, answer, HeaderSize + AnswerSize), "write", "/dev/fuse");
            Out.Line("hangs");
            Out.Flush();
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, nuint flags, string data);
}
