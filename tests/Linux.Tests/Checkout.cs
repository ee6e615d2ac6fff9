namespace Minirun.Linux.Tests;

/// <summary>The tree that these tests were built in, or a copy of it: the first directory above them with a Runtime.sln.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, "Runtime.sln"))) return at;
        throw new DirectoryNotFoundException("no Runtime.sln above " + AppContext.BaseDirectory);
    }
}
