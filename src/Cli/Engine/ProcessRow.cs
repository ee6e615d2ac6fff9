using System.Globalization;
using Minirun.Linux;

namespace Minirun.Cli.Engine;

/// <summary>A process as <c>ps -f</c> shows it (proc_pid_stat(5)).</summary>
internal static class ProcessRow
{
    private const long TicksPerSecond = 100;

    /// <summary>Null when it has ended.</summary>
    public static string[]? Of(int pid)
    {
        try
        {
            string directory = "/proc/" + pid.ToString(CultureInfo.InvariantCulture);
            string stat = ProcFile.Read(directory + "/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            string uid = "?";
            foreach (string line in ProcFile.Read(directory + "/status").Split('\n'))
                if (line.StartsWith("Uid:", StringComparison.Ordinal)) uid = line.Split('\t', StringSplitOptions.RemoveEmptyEntries)[1];
            string command = ProcFile.Read(directory + "/cmdline").TrimEnd('\0').Replace('\0', ' ');
            if (command.Length == 0) command = "[" + stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')] + "]";
            long seconds = (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
            double uptime = double.Parse(ProcFile.Read("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            DateTime started = DateTime.Now.AddSeconds(long.Parse(fields[19], CultureInfo.InvariantCulture) / (double)TicksPerSecond - uptime);
            int tty = int.Parse(fields[4], CultureInfo.InvariantCulture);
            string terminal = tty == 0 ? "?" : $"pts/{(tty & 0xff) | (tty >> 12 & 0xfff00)}";
            return [uid, pid.ToString(CultureInfo.InvariantCulture), fields[1], started.ToString("HH:mm", CultureInfo.InvariantCulture), terminal, TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture), command];
        }
        catch (Exception error) when (error is LinuxException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
