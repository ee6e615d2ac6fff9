namespace Minirun.Cli.Tests.Support;

/// <summary><c>minirun run</c> with the shared busybox tree: options first, then the command.</summary>
internal static class Container
{
    public static Result Run(string[] options, params string[] command) => Run(Support.Start.Plain, options, command);

    public static Result Run(Start how, string[] options, params string[] command) =>
        Minirun.Run(how, ["run", .. options, Rootfs.Busybox, .. command]);

    /// <summary>A line of shell inside; its whole output without the last line end. Anything but success fails.</summary>
    public static string Sh(string[] options, string script) => Sh(Support.Start.Plain, options, script);

    public static string Sh(Start how, string[] options, string script) =>
        Run(how, options, "sh", "-c", script).Succeeds().Out.TrimEnd('\n');

    /// <summary>The same in a root file system of the test's own.</summary>
    public static string Sh(TemporaryRootfs rootfs, string[] options, string script) =>
        Minirun.Run(["run", .. options, rootfs.Path, "sh", "-c", script]).Succeeds().Out.TrimEnd('\n');

    public static RunningProgram Start(string[] options, params string[] command) =>
        Minirun.Start(["run", .. options, Rootfs.Busybox, .. command]);
}
