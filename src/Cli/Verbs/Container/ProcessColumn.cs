using System.Globalization;
using Minirun.Linux;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Verbs.Container;

/// <summary>A column of ps(1): the words for it, what stands above it, and what it shows.</summary>
internal sealed record ProcessColumn(string[] Words, string Header, Func<ProcessFacts, string> Show)
{
    private static readonly CultureInfo s_plain = CultureInfo.InvariantCulture;
    private static readonly Lazy<Dictionary<string, string>> s_users = new(() => Names("/etc/passwd")),
        s_groups = new(() => Names("/etc/group"));

    public static readonly ProcessColumn[] All =
    [
        new(["pid", "hpid", "tgid"], "PID", facts => facts.Stat(1)),
        new(["nspid"], "NSPID", facts => facts.Status("NSpid", -1)),
        new(["ppid"], "PPID", facts => facts.Stat(4)),
        new(["pgid", "pgrp"], "PGID", facts => facts.Stat(5)),
        new(["sid", "sess", "session"], "SID", facts => facts.Stat(6)),
        new(["user", "euser", "uname"], "USER", facts => User(facts)),
        new(["uid", "euid"], "UID", facts => facts.Status("Uid", 1)),
        new(["group", "egroup"], "GROUP", facts => Name(s_groups.Value, facts.Status("Gid", 1))),
        new(["gid", "egid"], "GID", facts => facts.Status("Gid", 1)),
        new(["comm", "ucmd", "ucomm"], "COMMAND", facts => facts.Name),
        new(["args", "command"], "COMMAND", facts => facts.Command),
        new(["cmd"], "CMD", facts => facts.Command),
        new(["c"], "C", facts => Math.Min(99, (long)facts.CpuPercent).ToString(s_plain)),
        new(["pcpu", "%cpu"], "%CPU", facts => facts.CpuPercent.ToString("0.0", s_plain)),
        new(["pmem", "%mem"], "%MEM", facts => (Memory > 0 ? 100.0 * Kilobytes(facts, "VmRSS") / Memory : 0).ToString("0.0", s_plain)),
        new(["rss", "rsz", "rssize"], "RSS", facts => Kilobytes(facts, "VmRSS").ToString(s_plain)),
        new(["vsz", "vsize"], "VSZ", facts => Kilobytes(facts, "VmSize").ToString(s_plain)),
        new(["stat"], "STAT", facts => facts.State),
        new(["s", "state"], "S", facts => facts.Stat(3)),
        new(["tty", "tt"], "TT", facts => facts.Terminal),
        new(["tname"], "TTY", facts => facts.Terminal),
        new(["time", "cputime"], "TIME", facts => Span(facts.Seconds, hours: true)),
        new(["etime"], "ELAPSED", facts => Span((long)facts.Age, hours: false)),
        new(["etimes"], "ELAPSED", facts => ((long)facts.Age).ToString(s_plain)),
        new(["stime", "start_time", "bsdstart"], "STIME", facts => Start(facts)),
        new(["start"], "STARTED", facts => Start(facts)),
        new(["lstart"], "STARTED", facts => facts.Started.ToString("ddd MMM d HH:mm:ss yyyy", s_plain)),
        new(["ni", "nice"], "NI", facts => facts.Stat(19)),
        new(["pri"], "PRI", facts => (39 - facts.Number(18)).ToString(s_plain)),
        new(["nlwp", "thcount"], "NLWP", facts => facts.Stat(20)),
        new(["psr"], "PSR", facts => facts.Stat(39)),
    ];

    /// <summary>By one of its words; null: there is none.</summary>
    public static ProcessColumn? Find(string word) => Array.Find(All, column => column.Words.Contains(word.ToLowerInvariant()));

    /// <summary>One more, under another heading.</summary>
    public static ProcessColumn Of(string word, string? header = null) => Find(word)! with { Header = header ?? Find(word)!.Header };

    private static string User(ProcessFacts facts) => Name(s_users.Value, facts.Status("Uid", 1));

    public static ProcessColumn UserUnder(string header) => Of("user", header);

    private static string Name(Dictionary<string, string> names, string id) => names.GetValueOrDefault(id, id);

    private static Dictionary<string, string> Names(string file)
    {
        var names = new Dictionary<string, string>();
        if (new Host().ReadInside("/", file) is { } text)
            foreach (string line in text.Split('\n'))
                if (line.Split(':') is { Length: > 2 } fields) names.TryAdd(fields[2], fields[0]);
        return names;
    }

    private static long Kilobytes(ProcessFacts facts, string name) =>
        long.TryParse(facts.Status(name), s_plain, out long value) ? value : 0;

    private static long Memory
    {
        get
        {
            foreach (string line in ProcFile.Read("/proc/meminfo").Split('\n'))
                if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
                    return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], s_plain);
            return 0;
        }
    }

    private static string Start(ProcessFacts facts) =>
        facts.Age < 24 * 3600 ? facts.Started.ToString("HH:mm", s_plain) : facts.Started.ToString("MMMdd", s_plain);

    private static string Span(long seconds, bool hours)
    {
        string days = seconds >= 86400 ? (seconds / 86400).ToString(s_plain) + "-" : "";
        string text = TimeSpan.FromSeconds(seconds % 86400).ToString(@"hh\:mm\:ss", s_plain);
        return days.Length == 0 && !hours && text.StartsWith("00:", StringComparison.Ordinal) ? text[3..] : days + text;
    }
}
