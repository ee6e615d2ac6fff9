using Minirun.Runtime;

namespace Minirun.Engine.Logs.Syslog;

/// <summary>Facilities of RFC 5424, by the names of syslog(3).</summary>
internal static class SyslogFacility
{
    private const int Daemon = 3;

    private static readonly string[] s_names =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    public static int Of(LogOptions options)
    {
        if (options.Text("syslog-facility") is not { Length: > 0 } text) return Daemon;
        int number = Array.IndexOf(s_names, text);
        if (number < 0 && !(int.TryParse(text, out number) && number is >= 0 and < 24))
            throw new UserError("invalid syslog facility",
                $"{text} is neither a number from 0 to 23 nor {string.Join(", ", s_names.Where(name => name.Length > 0))}");
        return number;
    }
}
