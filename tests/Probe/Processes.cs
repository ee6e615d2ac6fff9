using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Probe;

internal static unsafe partial class Processes
{
    private const int WNOHANG = 1;
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
        while (true) sys_syscall.syscall(sys_syscall.SYS_ppoll);
    }

    /// <summary>Wants no signal when its parent ends.</summary>
    public static int Outlive()
    {
        LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, 0, 0, 0, 0), "prctl");
        Out.Line("ready");
        Out.Flush();
        return SleepForever();
    }

    /// <summary>Ends its first thread, as pthread_exit(3) in main does, while another lives on.</summary>
    public static int EndMainThread()
    {
        new Thread(() => SleepForever()).Start();
        Out.Line("its first thread ends");
        Out.Flush();
        sys_syscall.syscall(sys_syscall.SYS_exit);
        return 1;
    }

    /// <summary>
    /// Executes a command and adopts what that leaves behind, as an engine's shim does: a line `PID STATUS` for each, as a shell has it.
    /// Gives 1 when one is still there at the command's end.
    /// </summary>
    public static int Reap(string[] command)
    {
        LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_prctl, sys_prctl.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl");
        int direct = Spawn(command[0], command, Variables()), own = -1, status;
        while (true)
        {
            int pid = unistd.wait4(-1, &status, own < 0 ? 0 : WNOHANG, null);
            if (pid <= 0) return pid == 0 ? 1 : own;
            int code = (status & 0x7f) == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f);
            if (pid == direct) own = code;
            else Out.Line($"{pid} {code}");
        }
    }

    /// <summary>Without a /proc it is where the tests put it.</summary>
    private static int Spawn(string verb) => Spawn(File.Exists("/proc/self/exe") ? "/proc/self/exe" : "/probe", ["probe", verb], []);

    private static int Spawn(string program, string[] words, string[] variables)
    {
        byte** argv = stackalloc byte*[words.Length + 1], envp = stackalloc byte*[variables.Length + 1];
        for (int i = 0; i < words.Length; i++) argv[i] = (byte*)Marshal.StringToCoTaskMemUTF8(words[i]);
        for (int i = 0; i < variables.Length; i++) envp[i] = (byte*)Marshal.StringToCoTaskMemUTF8(variables[i]);
        argv[words.Length] = envp[variables.Length] = null;
        int pid, error = posix_spawn(&pid, (byte*)Marshal.StringToCoTaskMemUTF8(program), null, null, argv, envp);
        return error == 0 ? pid : throw new LinuxException("posix_spawn", error);
    }

    private static string[] Variables()
    {
        List<string> all = [];
        foreach (System.Collections.DictionaryEntry each in Environment.GetEnvironmentVariables()) all.Add($"{each.Key}={each.Value}");
        return [.. all];
    }

    [LibraryImport("libc")]
    private static partial int posix_spawn(int* pid, byte* path, void* actions, void* attributes, byte** argv, byte** envp);
}
