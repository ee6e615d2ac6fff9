using System.Globalization;

namespace Minirun.Cli.CommandLine;

/// <summary>The name of a user of this machine. By the file: a static program has no name services.</summary>
internal static class OwnerName
{
    /// <summary>Empty when it has none.</summary>
    public static string Of(uint uid)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        try
        {
            foreach (string line in File.ReadLines("/etc/passwd"))
                if (line.Split(':') is [var name, _, var id, ..] && id == number) return name;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Then it has none.
        }
        return "";
    }
}
