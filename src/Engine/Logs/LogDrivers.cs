using Minirun.Runtime;

namespace Minirun.Engine.Logs;

/// <summary>All drivers there are, a line each: a new one is a folder and a line here (docs/extending.md).</summary>
public static class LogDrivers
{
    public const string Default = "json-file";

    private static readonly List<LogDriverKind> s_kinds =
    [
        JsonFile.JsonFileDriver.Kind,
        Journald.JournaldDriver.Kind,
        Syslog.SyslogDriver.Kind,
        Gelf.GelfDriver.Kind,
        Fluentd.FluentdDriver.Kind,
        NoneDriver.Kind,
        PassthroughDriver.Kind,
    ];

    public static IEnumerable<string> Names => s_kinds.Select(kind => kind.Name);

    /// <exception cref="UserError">There is none of that name.</exception>
    internal static LogDriverKind Find(string name)
    {
        // `local` is what the monitor does on the spot: Docker's own binary format of that name is nobody's but Docker's.
        if (name == "local") name = PassthroughDriver.Kind.Name;
        foreach (LogDriverKind kind in s_kinds)
            if (kind.Name == name) return kind;
        throw new UserError($"unknown log driver '{name}'", $"there are {string.Join(", ", Names)}");
    }

    internal static void Register(LogDriverKind kind) => s_kinds.Add(kind);
}
