using Minirun.Cli.Tests.Support;

namespace Minirun.Clients.Support;

/// <summary>The OCI runtime that the clients are told to use: minirun-oci, or the one named by MINIRUN_OCI_UNDER_TEST.</summary>
internal static class RuntimeUnderTest
{
    public static readonly string Path = Environment.GetEnvironmentVariable("MINIRUN_OCI_UNDER_TEST") is { Length: > 0 } named
        ? named
        : System.IO.Path.Combine(Programs.Bin, "minirun-oci");

    public static readonly string Name = System.IO.Path.GetFileName(Path);

    /// <summary>The second opinion: what runc cannot do here either is no fault of the runtime under test. Null without runc.</summary>
    public static readonly string? Runc = Programs.Find("runc");

    public static bool IsRunc => Name == "runc";

    private static readonly Lazy<string?> s_missing = new(FindMissing);

    /// <summary>Why no client can be tried with it; null when they can.</summary>
    public static string? Missing => s_missing.Value;

    private static string? FindMissing()
    {
        if (!File.Exists(Path)) return $"{Name} is not built";
        Result version = Cli.Tests.Support.Minirun.Other(Path, "--version");
        return version.ExitCode == 0 ? null : $"`{Name} --version` does not work yet: {version.Error.Trim()}";
    }
}
