namespace Minirun.Engine.Logs;

/// <summary>A driver before it is opened.</summary>
/// <param name="Options">What it understands besides mode and max-buffer-size.</param>
/// <param name="Check">Throws a UserError about values; touches nothing.</param>
/// <param name="Open">Throws a UserError when the other side must be there and is not.</param>
internal sealed record LogDriverKind(string Name, string[] Options, Action<LogOptions> Check, Func<LogOptions, LogContext, ILogDriver> Open,
    bool IsReadable = false);
