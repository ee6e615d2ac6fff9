using System.Globalization;
using Minirun.Runtime;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.CommandLine;

/// <summary>Values of flags, from their texts.</summary>
internal static class Values
{
    public static int Number(string text, string flag, int least, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new UserError($"{flag} {text}: not a number from {least} to {most}", $"such as {flag} {Math.Max(least, 0)}");

    public static uint Octal(string text, string flag)
    {
        uint value = 0;
        foreach (char digit in text)
            value = digit is >= '0' and <= '7' && value < 0x1000 ? value * 8 + (uint)(digit - '0') : uint.MaxValue;
        return text.Length > 0 && value <= 0x1ff ? value : throw new UserError($"{flag} {text}: not an octal mask", $"such as {flag} 022");
    }

    /// <summary>Seconds, or numbers with the units ms, s, m, h, one after the other.</summary>
    public static TimeSpan Duration(string text, string flag)
    {
        double seconds = 0;
        int at = 0;
        while (at < text.Length)
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
            if (!StrictNumber.TryParse(text.AsSpan(start, at - start), out double number)) break;
            int unitStart = at;
            while (at < text.Length && char.IsAsciiLetter(text[at])) at++;
            double? factor =
                text[unitStart..at] switch { "" when start == 0 => 1, "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, _ => null };
            if (factor is null) break;
            seconds += number * factor.Value;
            if (at == text.Length && seconds is > 0 and < 1e9) return TimeSpan.FromSeconds(seconds);
        }
        throw new UserError($"{flag} {text}: not a duration", $"such as {flag} 90, {flag} 30s or {flag} 1h30m");
    }

    /// <summary>NAME=SOFT[:HARD]; -1 and unlimited stand for no limit.</summary>
    public static OciRlimit Ulimit(string text)
    {
        int equals = text.IndexOf('=');
        string[] limits = equals < 0 ? [] : text[(equals + 1)..].Split(':');
        if (limits.Length is not (1 or 2))
            throw new UserError($"--ulimit {text}: not NAME=SOFT[:HARD]", "such as --ulimit nofile=1024:4096");
        string name = "RLIMIT_" + text[..equals].ToUpperInvariant();
        Rlimits.Number(name);
        ulong soft = Limit(limits[0], text), hard = Limit(limits[^1], text);
        if (soft > hard) throw new UserError($"--ulimit {text}: the soft limit is above the hard one", "swap them");
        return new OciRlimit { Type = name, Soft = soft, Hard = hard };
    }

    /// <summary>A later limit of the same name replaces the earlier: raising a hard limit again needs a privilege.</summary>
    public static void SetUlimit(RunOptions options, string text)
    {
        OciRlimit limit = Ulimit(text);
        options.Ulimits.RemoveAll(other => other.Type == limit.Type);
        options.Ulimits.Add(limit);
    }

    /// <summary>KEY=TEXT. Those that begin with minirun. say what other flags ask for.</summary>
    public static void Annotate(RunOptions options, string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0) throw new UserError($"--annotation {text}: not KEY=TEXT", "such as --annotation org.example.team=web");
        if (text.StartsWith("minirun.", StringComparison.Ordinal))
            throw new UserError($"--annotation {text}: names that begin with minirun. are its own", "choose another name");
        (options.Annotations ??= [])[text[..equals]] = text[(equals + 1)..];
    }

    public static int PreservedFds(string text) => Number(text, "--preserve-fds", 0, 1000);

    public static ExplainMode Explain(string text) => text switch
    {
        "true" or "text" => ExplainMode.Text,
        "full" => ExplainMode.Full,
        "json" => ExplainMode.Json,
        "false" => ExplainMode.None,
        _ => throw new UserError($"--explain={text}: not text, full or json", "write --explain, --explain=full or --explain=json"),
    };

    public static string Requirement(string text) => text is "procfs" or "sysfs"
        ? text
        : throw new UserError($"--require {text}: unknown", "it takes procfs or sysfs");

    private static ulong Limit(string text, string whole) => text switch
    {
        "-1" or "unlimited" => ulong.MaxValue,
        _ when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) => value,
        _ => throw new UserError($"--ulimit {whole}: '{text}' is not a limit", "a limit is a number, or unlimited"),
    };
}
