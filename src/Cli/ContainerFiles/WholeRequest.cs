using Minirun.Cli.CommandLine;

namespace Minirun.Cli.ContainerFiles;

internal static class WholeRequest
{
    /// <summary>What the user's defaults, a container file and the flags ask for; each wins over those before it.</summary>
    public static RunRequest Read(RunParser.Parsed parsed)
    {
        var options = new RunRequest();
        UserDefaults.Apply(options);
        if (parsed.File is { } file) ContainerFile.Apply(file, options);
        RunParser.Apply(parsed, options);
        return options;
    }
}
