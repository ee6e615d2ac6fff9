using System.Globalization;
using Minirun.Linux;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Processes of a container that became our children because the runtime that waited for them was killed. Somebody must collect them when they have
/// ended: a pid namespace does not end before that (pid_namespaces(7)), and the container would never be over.
/// </summary>
internal static unsafe class Strays
{
    /// <param name="first">The container's first process, whose status is still wanted.</param>
    public static void Collect(int first) => ChildProgram.WithAll(ours =>
    {
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
            foreach (string word in Children(task))
                if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int child) && child != first && !ours.Contains(child))
                    unistd.wait4(child, null, unistd.WNOHANG, null);
    });

    private static string[] Children(string task)
    {
        try
        {
            return ProcFile.Read(task + "/children").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (LinuxException)
        {
            return [];   // the thread has ended
        }
    }
}
