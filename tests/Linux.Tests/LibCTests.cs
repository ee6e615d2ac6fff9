using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>
/// Tmds.LibC, on which src/Linux stands, says the same as src/Linux where both say something: its constants are properties, which patterns
/// and other constants cannot name, so that those of ours that are alike on all machines stay (docs/decisions/0004).
/// </summary>
public sealed class LibCTests
{
    private static readonly string[] s_shared = ["msghdr", "statx", "iovec", "pollfd", "timespec", "flock", "ucred", "open_how", "winsize"];

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public void Constants_have_the_values_of_the_package(string machine)
    {
        Type package = Load(machine).GetType("Tmds.Linux.LibC", throwOnError: true)!;
        string[] differences =
            [.. Compared(package).Where(row => row.Ours != row.Theirs).Select(row => $"{row.Name}: {row.Ours}, not {row.Theirs}")];
        Assert.Empty(differences);
        Assert.True(Compared(package).Count() > 200);
    }

    /// <summary>A pointer to ours is passed on as one to theirs.</summary>
    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public void Structures_have_the_sizes_of_the_package(string machine)
    {
        Assembly package = Load(machine);
        foreach (string name in s_shared)
            if (typeof(Errno).Assembly.GetType("Minirun.Linux." + name) is { } ours)
                Assert.Equal((name, Size(package.GetType("Tmds.Linux." + name, throwOnError: true)!)), (name, Size(ours)));
    }

    private static IEnumerable<(string Name, long Ours, long Theirs)> Compared(Type package) =>
        from type in typeof(Errno).Assembly.GetExportedTypes()
        from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
        where field.IsLiteral && !type.IsEnum
        let property = package.GetProperty(field.Name, BindingFlags.Public | BindingFlags.Static)
        where property is not null
        select (field.Name, Number(field.GetRawConstantValue()!), Number(property.GetValue(null)!));

    /// <summary>Of 32 bits where either has 32: a flag is signed here and unsigned there.</summary>
    private static long Number(object value) => value switch
    {
        int or uint or short or ushort or byte => (uint)Convert.ToInt64(value),
        ulong wide => (long)wide,
        IConvertible other => Convert.ToInt64(other),
        _ => (long)ulong.Parse(value.ToString()!),   // a ulong_t, a mode_t and their like print what they hold
    };

    private static int Size(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    /// <summary>The assembly for a processor lies beside the tests, whichever one they run on.</summary>
    private static Assembly Load(string machine) => new AssemblyLoadContext(machine)
        .LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "runtimes", machine, "lib", "netstandard2.0", "Tmds.LibC.dll"));
}
