using Minirun.Runtime.Spec;

namespace Minirun.Cli.Run;

internal static class ContainerFile
{
    public static void Apply(string path, RunOptions options) => throw new Minirun.Runtime.UserError($"--file {path}: soon");

    public static void ApplyDefaults(string path, RunOptions options) => Apply(path, options);
}
