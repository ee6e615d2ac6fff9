using Minirun.Cli.CommandLine;

namespace Minirun.Cli.ContainerFiles;

/// <summary>
/// A container as a file: --file, and the user's defaults (docs/container-file.md). The only door to the YAML code, which costs nothing
/// unless it is opened.
/// </summary>
internal static class ContainerFile
{
    /// <summary>Puts a container file into options.</summary>
    /// <exception cref="Runtime.UserError">It cannot be read, or has a mistake: FILE:LINE:COLUMN: what.</exception>
    public static void Apply(string path, RunRequest options) => Apply(path, "--file", false, options);

    /// <summary>
    /// The same for config.yaml, which is for every container and so says nothing about what runs, and how long it lives.
    /// </summary>
    public static void ApplyDefaults(string path, RunRequest options) => Apply(path, "user defaults", true, options);

    private static void Apply(string path, string what, bool forAll, RunRequest options)
    {
        string text = FileText.Read(path, what);
        if (YamlLoader.Load(text, path) is { } root) new ServiceReader(path, options, forAll).Apply(root);
    }
}
