using System.Globalization;
using Minirun.Linux;

namespace Minirun.Cli.Verbs.Container;

/// <summary>What /proc says of a process (proc_pid_stat(5)).</summary>
internal sealed class ProcessFacts
{
    private const int Comm = 1, First = 2;   // the second field is in brackets; the third is the first behind it
    public const long TicksPerSecond = 100;
    private readonly string[] _stat;
    private readonly Dictionary<string, string> _status = [];

    private ProcessFacts(int pid)
    {
        string directory = "/proc/" + pid.ToString(CultureInfo.InvariantCulture);
        string stat = ProcFile.Read(directory + "/stat");
        int open = stat.IndexOf('('), close = stat.LastIndexOf(')');
        _stat = [stat[..(open - 1)], stat[(open + 1)..close], .. stat[(close + 2)..].TrimEnd().Split(' ')];
        foreach (string line in ProcFile.Read(directory + "/status").Split('\n'))
            if (line.IndexOf(':') is > 0 and var colon) _status[line[..colon]] = line[(colon + 1)..].Trim();
        string command = ProcFile.Read(directory + "/cmdline").TrimEnd('\0').Replace('\0', ' ');
        Command = command.Length > 0 ? command : $"[{Name}]";
    }

    /// <summary>Null when it has ended.</summary>
    public static ProcessFacts? Of(int pid)
    {
        try
        {
            return new ProcessFacts(pid);
        }
        catch (Exception error) when (error is LinuxException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    public string Name => _stat[Comm];
    public string Command { get; }

    /// <summary>A field by its number in proc_pid_stat(5), which counts from 1.</summary>
    public string Stat(int number) => _stat[number - 1];

    public long Number(int number) => long.TryParse(_stat[number - 1], CultureInfo.InvariantCulture, out long value) ? value : 0;

    /// <summary>A word of a line of its status.</summary>
    public string Status(string name, int word = 0) =>
        _status.TryGetValue(name, out string? line) && line.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries) is var words
            && words.Length > 0
            ? words[word < 0 ? words.Length - 1 : Math.Min(word, words.Length - 1)]
            : "-";

    /// <summary>Of processors, in seconds.</summary>
    public long Seconds => (Number(14) + Number(15)) / TicksPerSecond;

    /// <summary>Seconds since it started.</summary>
    public double Age => Math.Max(0, Uptime - (Number(22) / (double)TicksPerSecond));

    public double CpuPercent => Age > 0 ? 100.0 * (Number(14) + Number(15)) / TicksPerSecond / Age : 0;

    public string Terminal => Number(7) is var tty && tty == 0 ? "?" : $"pts/{(tty & 0xff) | (tty >> 12 & 0xfff00)}";

    public DateTime Started => DateTime.Now.AddSeconds(-Age);

    /// <summary>R, S, D, T, …, and what ps(1) adds.</summary>
    public string State
    {
        get
        {
            string state = Stat(First + 1);
            if (Number(19) < 0) state += "<";
            else if (Number(19) > 0) state += "N";
            if (Stat(6) == Stat(1)) state += "s";
            if (Number(20) > 1) state += "l";
            return Stat(8) == Stat(5) && Number(7) != 0 ? state + "+" : state;
        }
    }

    private static double Uptime => double.Parse(ProcFile.Read("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
}
