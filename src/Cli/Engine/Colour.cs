using System.Text.Json.Nodes;

namespace Minirun.Cli.Engine;

/// <summary>For people: what runs is green, what ended red.</summary>
internal static class Colour
{
    private const string Green = "\e[32m", Red = "\e[31m";
    public const string Off = "\e[0m";

    /// <param name="row">Of <c>ps</c>.</param>
    public static string Of(JsonObject row) => (string)row["State"]! switch { "running" => Green, "exited" => Red, _ => "" };
}
