namespace Minirun.Cli.Output;

/// <summary>The colours of messages and tables (ECMA-48, SGR).</summary>
internal static class Colour
{
    public const string Bold = "\e[1m", Red = "\e[31m", Green = "\e[32m", Yellow = "\e[33m", Off = "\e[0m";

    public static string Paint(string colour, string text, bool wanted) => wanted && colour.Length > 0 ? colour + text + Off : text;
}
