namespace Minirun.Cli.Tests.Docs;

/// <summary>The checkout that these tests were built in, or a copy of it.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string At(string path) => Path.Combine(Root, path);

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "Runtime.sln")) ? directory
        : Find(
            Path.GetDirectoryName(directory)
                ?? throw new InvalidOperationException("Runtime.sln is in no directory above " + AppContext.BaseDirectory));
}
