using Minirun.Cli.CommandLine;
using Minirun.Linux;

namespace Minirun.Cli.ContainerFiles;

/// <summary>
/// The user's own defaults: $XDG_CONFIG_HOME/minirun/config.yaml, in the form of a container file without rootfs and command.
/// </summary>
internal static class UserDefaults
{
    public static void Apply(RunRequest options)
    {
        string? home = stdlib.Variable("XDG_CONFIG_HOME");
        if (string.IsNullOrEmpty(home) || home[0] != '/')   // a relative one is to be ignored (XDG base directory specification)
        {
            home = stdlib.Variable("HOME");
            if (string.IsNullOrEmpty(home)) return;
            home += "/.config";
        }
        string path = home + "/minirun/config.yaml";
        // One system call when there is none, which is the common case.
        if (fcntl.faccessat(fcntl.AT_FDCWD, path, unistd.F_OK, 0) == 0) ContainerFile.ApplyDefaults(path, options);
    }
}
