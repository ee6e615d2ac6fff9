using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>Where a mistake is, in the form that editors jump to.</summary>
internal readonly record struct UserErrorPlace(string File, long Line, long Column)
{
    public UserError Error(string message, string hint) => new(At(message), hint);

    public string At(string message) => $"{File}:{Math.Max(Line, 1)}:{Math.Max(Column, 1)}: {message}";
}
