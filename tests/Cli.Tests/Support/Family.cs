using System.Text;
using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>The processes below a process.</summary>
internal static class Family
{
    public static List<int> Children(int pid) =>
        [
            .. Directory.EnumerateDirectories($"/proc/{pid}/task")
                .SelectMany(task => File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(int.Parse)];

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

    /// <summary>A process and all in its mount namespace, each with its start time: that tells it from another that gets its pid.</summary>
    public static string[] InNamespaceOf(int pid)
    {
        var space = Kernel.Identity($"/proc/{pid}/ns/mnt");
        List<string> found = [];
        foreach (string path in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(path.AsSpan("/proc/".Length), out int one)
                && (one == pid || (space is not null && Kernel.Identity(path + "/ns/mnt") == space)))
                found.Add($"{one} {Started(one)}");
        return [.. found];
    }

    /// <summary>Whether one of those is still there, its zombie aside.</summary>
    public static bool Lives(string member) =>
        member.Split(' ') is [var pid, var started] && started.Length > 0 && Started(int.Parse(pid)) == started;

    /// <summary>Empty when it has ended.</summary>
    private static string Started(int pid)
    {
        string[] fields = Read(pid, "stat") is { } stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : [];
        return fields.Length < 20 || (fields[0] is "Z" or "X" && fields[17] is "0" or "1") ? "" : fields[19];
    }

    /// <summary>
    /// Waits until one of them runs this program. A shell that is about to execute its last command is no good target for a signal: its own
    /// handler is gone with the execve(2), and what came before is lost.
    /// </summary>
    public static void Await(int pid, string program) =>
        Assert.True(Deadline.Wait(() => Below(pid).Exists(one => Name(one) == program)),
            $"waited in vain for {program} below process {pid}");

    /// <summary>What a process and those below it are at, a line each: for the report of a wait that was in vain.</summary>
    public static string Describe(int pid)
    {
        var text = new StringBuilder();
        foreach (int one in (int[])[pid, .. Below(pid)])
            text.Append(one).Append(' ').Append(Name(one)).Append(": ").Append(Read(one, "wchan")).Append(", ").Append(Read(one, "syscall"))
                .Append(", ")
                .AppendJoin(' ',
                    Read(one, "status")?.Split('\n')
                        .Where(
                            line => line.StartsWith("State", StringComparison.Ordinal) || line.StartsWith("Sig", StringComparison.Ordinal))
                        ?? [])
                    .AppendLine();
        return text.ToString();
    }

    private static string? Name(int pid) => Read(pid, "comm");

    private static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}").TrimEnd();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
