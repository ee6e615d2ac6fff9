namespace Minirun.Engine.Logs;

/// <summary>Which stream of the container a line came from.</summary>
public enum LogSource : byte
{
    Stdout,
    Stderr,
}
