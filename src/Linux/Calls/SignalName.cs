using System.Globalization;

namespace Minirun.Linux;

/// <summary>Signals by name, as kill(1) and signal(7) name them.</summary>
public static class SignalName
{
    private const int RealTimeMinimum = 34, RealTimeMaximum = 64;

    private static readonly string[] s_names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
            "CHLD", "CONT", "STOP",
        "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>
    /// The number for a number or a name, in any case, with or without SIG; -1 when there is none. 0 is a number: it only asks.
    /// </summary>
    public static int Parse(string text)
    {
        if (text.Length > 0 && char.IsAsciiDigit(text[0]))
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= RealTimeMaximum
                ? number
                : -1;
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        return name switch
        {
            "" => -1,
            "IOT" => signal.SIGABRT,
            "CLD" => signal.SIGCHLD,
            "POLL" => Array.IndexOf(s_names, "IO"),
            "RTMIN" => RealTimeMinimum,
            "RTMAX" => RealTimeMaximum,
            _ when name.StartsWith("RTMIN+", StringComparison.Ordinal) => RealTime(name, RealTimeMinimum, 1),
            _ when name.StartsWith("RTMAX-", StringComparison.Ordinal) => RealTime(name, RealTimeMaximum, -1),
            _ => Array.IndexOf(s_names, name),
        };
    }

    /// <summary>SIGKILL for 9.</summary>
    public static string Of(int number) =>
        number > 0 && number < s_names.Length ? "SIG" + s_names[number] : "signal " + number.ToString(CultureInfo.InvariantCulture);

    private static int RealTime(string name, int from, int sign) =>
        int.TryParse(name.AsSpan("RTMIN+".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int offset)
            && offset <= RealTimeMaximum - RealTimeMinimum
            ? from + sign * offset
            : -1;
}
