using System.Runtime.CompilerServices;

namespace Minirun.Cli.Tests.Support;

/// <summary>This run of the suite: what marks its processes, where its files are, and what the machine looked like before it.</summary>
internal static class TestRun
{
    /// <summary>The variable that every program started by this run has.</summary>
    public const string Mark = "MINIRUN_TEST_RUN";

    public static readonly string Id = Guid.NewGuid().ToString("n");

    /// <summary>A directory of this run alone. Others may pass through it: the ids of a container are not ours.</summary>
    public static readonly string Directory = MakeDirectory();

    /// <summary>TMPDIR of all programs that this run starts.</summary>
    public static readonly string Temporary = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "tmp")).FullName;

    public static Machine Before { get; private set; } = null!;

    public static string NewPath(string name) => Path.Combine(Directory, $"{name}-{Guid.NewGuid().ToString("n")[..12]}");

#pragma warning disable CA2255 // the first thing that happens in this assembly, before any test
    [ModuleInitializer]
    internal static void Begin()
    {
        Before = Machine.Look();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Tree.Remove(Directory);
    }
#pragma warning restore CA2255

    private static string MakeDirectory()
    {
        string path = Path.Combine(Path.GetTempPath(), $"cli-tests-{Id[..12]}");
        System.IO.Directory.CreateDirectory(path, (UnixFileMode)0b111_101_101);
        return path;
    }
}
