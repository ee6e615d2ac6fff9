using Minirun.Runtime;

namespace Minirun.Engine.Logs;

/// <summary>--log-driver and --log-opt, checked: what is wrong with them is said before a container is made.</summary>
public sealed class LogConfig
{
    /// <exception cref="UserError">An unknown driver, an option that it does not have, a value that cannot be.</exception>
    public LogConfig(string? driver = null, IReadOnlyDictionary<string, string>? options = null)
    {
        Kind = LogDrivers.Find(driver ?? LogDrivers.Default);
        Options = new LogOptions(Kind.Name, options ?? new Dictionary<string, string>());
        Options.Require(Kind.Options);
        Kind.Check(Options);
        Mode = LogMode.Of(Options);
    }

    public string Driver => Kind.Name;

    /// <summary>Whether `logs` can read what this driver wrote.</summary>
    public bool IsReadable => Kind.IsReadable;

    public LogOptions Options { get; }

    internal LogDriverKind Kind { get; }

    internal LogMode Mode { get; }

    /// <summary>NAME=VALUE, as --log-opt and the configuration file have them.</summary>
    /// <exception cref="UserError">No equals sign.</exception>
    public static void Add(Dictionary<string, string> options, string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0) throw new UserError($"--log-opt {text}: not NAME=VALUE", "such as --log-opt max-size=10m");
        options[text[..equals]] = text[(equals + 1)..];
    }
}
