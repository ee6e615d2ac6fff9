using Minirun.Runtime;

namespace Minirun.Engine.Logs;

/// <summary>What happens to a container whose lines do not get through: it waits (blocking), or lines are dropped and counted.</summary>
/// <param name="Buffer">Bytes that may be kept in non-blocking mode.</param>
internal sealed record LogMode(bool IsBlocking, int Buffer)
{
    public static LogMode Of(LogOptions options)
    {
        string mode = options.Text("mode") ?? "blocking";
        if (mode is not ("blocking" or "non-blocking"))
            throw new UserError($"logger: logging mode not supported: {mode}", "mode is blocking or non-blocking");
        if (mode == "blocking" && options.Has("max-buffer-size"))
            throw new UserError("logger: max-buffer-size option is only supported with 'mode=non-blocking'",
                "add --log-opt mode=non-blocking, or drop max-buffer-size");
        return new LogMode(mode == "blocking", (int)Math.Min(options.Size("max-buffer-size") ?? 1 << 20, 1 << 30));
    }
}
