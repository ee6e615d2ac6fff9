using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Probe;

internal static unsafe partial class Processes
{
    private const int SYS_pause = 34;
    private const int PageSize = 4096;

    /// <summary>Touches every page of so many megabytes, says so, and gives them back.</summary>
    public static int Hog(int megabytes)
    {
        nuint size = (nuint)megabytes << 20;
        byte* memory = (byte*)NativeMemory.Alloc(size);
        for (nuint at = 0; at < size; at += PageSize) memory[at] = 1;
        Out.Line($"hogged {megabytes} MB");
        NativeMemory.Free(memory);
        return 0;
    }

    /// <summary>Leaves a process behind whose parent is gone, and prints its pid.</summary>
    public static int SpawnOrphan()
    {
        int middle = Spawn("spawn-middle"), status;
        LinuxException.Check(unistd.wait4(middle, &status, 0, null), "wait4");
        return status >> 8;
    }

    public static int SpawnSleeper()
    {
        Out.Line(Spawn("sleep").ToString());
        return 0;
    }

    /// <summary>Holds nobody's pipe open meanwhile.</summary>
    public static int SleepForever()
    {
        for (int fd = 0; fd <= 2; fd++) unistd.close(fd);
        while (true) sys_syscall.syscall(SYS_pause);
    }

    private static int Spawn(string verb)
    {
        byte* program = (byte*)Marshal.StringToCoTaskMemUTF8("/proc/self/exe");
        byte** argv = stackalloc byte*[] { (byte*)Marshal.StringToCoTaskMemUTF8("probe"), (byte*)Marshal.StringToCoTaskMemUTF8(verb), null };
        byte** envp = stackalloc byte*[] { null };
        int pid, error = posix_spawn(&pid, program, null, null, argv, envp);
        return error == 0 ? pid : throw new LinuxException("posix_spawn", error);
    }

    [LibraryImport("libc")] private static partial int posix_spawn(int* pid, byte* path, void* actions, void* attributes, byte** argv, byte** envp);
}
