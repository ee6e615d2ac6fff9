using System.Text.RegularExpressions;
using Xunit;

namespace Minirun.House.Tests;

/// <summary>
/// The kernel has owners: descriptors, waits, signals that come in between (EINTR) and numbers of system calls are the business of
/// src/Linux, and of src/Init, which has no runtime below it. Who else handles them himself stands in kernel-owners.txt with a reason.
/// </summary>
public sealed class KernelOwnerTests
{
    private static readonly (string Kind, Regex Code, string[] Rooms)[] s_kinds =
    [
        ("unsafe", new(@"\bunsafe\b"), ["Linux/", "Plan/", "Init/", "Runtime/Launch/"]),
        ("close", new(@"\bunistd\.close\("), ["Linux/", "Init/"]),
        ("poll", new(@"\bpoll_\(|\bpollfd\b"), ["Linux/", "Init/"]),
        ("EINTR", new(@"\bEINTR\b"), ["Linux/", "Init/"]),
        ("syscall", new(@"\bsyscall\("), ["Linux/", "Init/"]),
    ];

    [Fact]
    public void Only_src_Linux_handles_descriptors_and_waits_but_where_a_reason_is_given()
    {
        (string Entry, string Reason)[] known = [.. ReadList()];
        string[] found = [.. Checkout.ReadSources().Select(source => Describe(source.Path, source.Text)).OfType<string>()];
        Assert.Empty(found.Except(known.Select(each => each.Entry)).Select(entry => $"not in kernel-owners.txt: {entry}"));
        Assert.Empty(known.Select(each => each.Entry).Except(found).Select(entry => $"in kernel-owners.txt, and not so: {entry}"));
        Assert.All(known, each => Assert.NotEmpty(each.Reason));
    }

    [Fact]
    public void What_a_file_handles_itself_is_seen()
    {
        Assert.Equal("Engine/A.cs: unsafe close", Describe("Engine/A.cs", "static unsafe class A\n{\n    unistd.close(1);\n}"));
        Assert.Equal("Runtime/Launch/A.cs: poll syscall", Describe("Runtime/Launch/A.cs", "unsafe int a = poll_(null, 0, syscall(1));"));
        Assert.Null(Describe("Linux/Calls/A.cs", "unsafe { unistd.close(1); }"));
        Assert.Null(Describe("Engine/A.cs", "// It is unsafe to close.\n/// <summary>poll_(…)</summary>\nclass A;"));
    }

    /// <summary>The compiler refuses a pointer anywhere else.</summary>
    [Fact]
    public void Only_those_who_talk_to_the_kernel_may_have_pointers()
    {
        const string allowed = "<AllowUnsafeBlocks>true</AllowUnsafeBlocks>";
        string source = Path.Combine(Checkout.Root, "src");
        Assert.Equal(["Init", "Linux", "Plan", "Runtime"], Directory.GetFiles(source, "*.csproj", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains(allowed)).Select(Path.GetFileNameWithoutExtension).Order());
        Assert.DoesNotContain(allowed, File.ReadAllText(Path.Combine(Checkout.Root, "Directory.Build.props")));
    }

    /// <summary>FILE: KIND KIND; null when there is nothing.</summary>
    private static string? Describe(string path, string text)
    {
        string code = string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
        string[] kinds = [.. s_kinds
            .Where(kind => !Array.Exists(kind.Rooms, room => path.StartsWith(room, StringComparison.Ordinal)) && kind.Code.IsMatch(code))
            .Select(kind => kind.Kind)];
        return kinds.Length == 0 ? null : $"{path}: {string.Join(' ', kinds)}";
    }

    /// <summary>The lines below a line that ends with a colon have that for their reason.</summary>
    private static IEnumerable<(string Entry, string Reason)> ReadList()
    {
        string reason = "";
        foreach (string line in File.ReadLines(Path.Combine(Checkout.Root, "tests", "House.Tests", "kernel-owners.txt")))
            if (line.StartsWith("    ", StringComparison.Ordinal)) yield return (line.Trim(), reason);
            else if (line.Length > 0 && line[0] != '#') reason = line.TrimEnd(':');
    }
}
