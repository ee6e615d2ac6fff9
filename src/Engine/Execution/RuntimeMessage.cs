using System.Text.Json;
using Minirun.Runtime;

namespace Minirun.Engine.Execution;

/// <summary>What a runtime says of a failure: the last message of level error in its log of JSON lines, as all of them write it.</summary>
/// <param name="Text">Never empty.</param>
/// <param name="Hint">What to do about it; only our own runtime says that.</param>
internal sealed record RuntimeMessage(string Text, string? Hint)
{
    /// <summary>Null when there is none.</summary>
    public static RuntimeMessage? Find(string log)
    {
        RuntimeMessage? found = null;
        foreach (string line in log.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.StartsWith('{') && Parse(line) is { } message) found = message;
        return found is { Text.Length: > 0 } ? found : null;
    }

    private static RuntimeMessage? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (!root.TryGetProperty("msg", out var text) || !root.TryGetProperty("level", out var level) || !level.ValueEquals("error"))
                return null;
            return new(text.GetString() ?? "", root.TryGetProperty("hint", out var hint) ? hint.GetString() : null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;   // not one of its messages
        }
    }

    /// <summary>126 or 127 where it is about a command that cannot be executed: all of them speak of exec then.</summary>
    public static int ExitCode(string text)
    {
        if (!text.Contains("exec", StringComparison.Ordinal)) return UserError.Ours;
        return text.Contains("no such file or directory", StringComparison.OrdinalIgnoreCase)
            || text.Contains("executable file not found", StringComparison.Ordinal) ? UserError.NotFound
            : text.Contains("permission denied", StringComparison.OrdinalIgnoreCase) ? UserError.CannotExecute
            : UserError.Ours;
    }
}
