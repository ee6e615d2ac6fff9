using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>The processes below a process.</summary>
internal static class Family
{
    public static List<int> Below(int pid)
    {
        List<int> found = [];
        try
        {
            foreach (string task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
                foreach (string child in File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    found.Add(int.Parse(child));
                    found.AddRange(Below(int.Parse(child)));
                }
        }
        catch (IOException)
        {
            // It ended while we looked.
        }
        return found;
    }

    /// <summary>
    /// Waits until one of them runs this program. A shell that is about to execute its last command is no good target for a signal: its own handler
    /// is gone with the execve(2), and what came before is lost.
    /// </summary>
    public static void Await(int pid, string program) =>
        Assert.True(Deadline.Wait(() => Below(pid).Exists(one => Name(one) == program)), $"waited in vain for {program} below process {pid}");

    private static string? Name(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").TrimEnd();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
