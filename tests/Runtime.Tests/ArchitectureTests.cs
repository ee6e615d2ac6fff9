using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Minirun.Runtime.Tests;

/// <summary>The arrows between the rooms, and what may happen in which.</summary>
public sealed class ArchitectureTests
{
    private static readonly string s_source = Path.Combine(Checkout.Root, "src");

    /// <summary>Project, and what it may know of. Anything else is a wrong arrow, and so is a project that is not in the list.</summary>
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["src/Linux"] = [],
        ["src/Plan"] = [],
        ["src/Init"] = ["src/Linux", "src/Plan"],
        ["src/Runtime"] = ["src/Linux", "src/Plan"],
        ["src/Tar"] = ["src/Linux"],
        ["src/Engine"] = ["src/Linux", "src/Runtime", "src/Tar"],
        ["src/Cli"] = ["src/Linux", "src/Plan", "src/Init", "src/Runtime", "src/Engine"],
        ["src/Tls"] = ["src/Linux"],
        ["tests/Probe"] = ["src/Linux"],
        ["tests/Clients"] = [],
    };

    private const string OfDotnet = "(IOException|UnauthorizedAccessException|SocketException|Win32Exception)";

    /// <summary>The libraries of others, by the only project that uses them.</summary>
    private static readonly Dictionary<string, string[]> s_packages = new()
    {
        ["src/Linux"] = ["Tmds.LibC"],
        ["src/Cli"] = ["System.CommandLine", "YamlDotNet"],
    };

    [Fact]
    public void Every_reference_follows_an_arrow_of_the_design()
    {
        Assert.All(Projects().Append(Path.Combine(Checkout.Root, "tests", "Clients", "Clients.csproj")), project =>
        {
            string[] allowed = s_arrows.GetValueOrDefault(Relative(Path.GetDirectoryName(project)!))
                ?? throw new InvalidOperationException($"{Relative(project)} is not in s_arrows");
            Assert.Empty(
                References(project, "ProjectReference")
                    .Select(path => Relative(Path.GetDirectoryName(Path.GetFullPath(path, Path.GetDirectoryName(project)!))!))
                    .Except(allowed));
        });
    }

    [Fact]
    public void Each_library_of_others_has_one_user() =>
        Assert.All(Projects(), project =>
            Assert.Equal(s_packages.GetValueOrDefault(Relative(Path.GetDirectoryName(project)!), []),
                References(project, "PackageReference")));

    [Fact]
    public void Only_Linux_and_Init_call_native_code()
    {
        var native = new Regex(@"\[\s*(LibraryImport|DllImport|RuntimeImport)\b|NativeLibrary\.|\bextern\b");
        IEnumerable<string> files = Sources()
            .Where(
                file => !Relative(file).StartsWith("src/Linux/", StringComparison.Ordinal)
                    && !Relative(file).StartsWith("src/Init/", StringComparison.Ordinal));
        Assert.Empty(files.Where(file => native.IsMatch(File.ReadAllText(file))).Select(Relative));
    }

    /// <summary>
    /// fork-news runs before the .NET runtime starts: what allocates, throws or waits for it cannot be there (src/Init/Boot.cs).
    /// </summary>
    [Fact]
    public void Init_has_no_exceptions_strings_or_collections()
    {
        var managed =
            new Regex(@"\bthrow\b|\btry\b|\bnew\s+(List|Dictionary|StringBuilder)\b|\basync\b|\block\s*\(|\bstring\.|\$""|Console\.");
        IEnumerable<string> lines = Sources().Where(file => Relative(file).StartsWith("src/Init/", StringComparison.Ordinal))
            .SelectMany(
                file => File.ReadLines(file).Where(line => managed.IsMatch(line.Split("//")[0]))
                    .Select(line => $"{Relative(file)}: {line.Trim()}"));
        Assert.Empty(lines);
    }

    /// <summary>openat2(2) says EAGAIN whenever somebody renames or mounts; the two wrappers try again.</summary>
    [Fact]
    public void Only_the_wrappers_call_openat2()
    {
        string[] may = ["src/Init/Child.cs", "src/Linux/Headers/openat2.cs", "src/Linux/Headers/sys_syscall.cs"];
        var call = new Regex(@"SYS_openat2\b");
        // A failure that is reported by the name of the call is no call.
        var report = new Regex(@"Fail\(SYS_openat2,|(FailedCall|report\.Call) == (sys_syscall\.)?SYS_openat2\b");
        IEnumerable<string> found = Sources().Where(file => !may.Contains(Relative(file)))
            .SelectMany(
                file => File.ReadLines(file).Where(line => call.IsMatch(report.Replace(line, "")))
                    .Select(line => $"{Relative(file)}: {line.Trim()}"));
        Assert.Empty(found);
    }

    /// <summary>
    /// Whoever swaps a directory for a link meanwhile leads a walk by paths elsewhere; src/Linux/Calls walks by descriptor.
    /// </summary>
    [Fact]
    public void Nothing_walks_or_removes_a_tree_by_paths()
    {
        var walk = new Regex(@"Directory\.Delete\([^)]|\bDelete\(.*recursive: true|SearchOption\.AllDirectories"
            + @"|EnumerationOptions|GetFileSystemInfos|\bnftw\b");
        IEnumerable<string> found = Sources()
            .SelectMany(file => File.ReadLines(file).Where(line => walk.IsMatch(line)).Select(line => $"{Relative(file)}: {line.Trim()}"));
        Assert.Empty(found);
    }

    /// <summary>
    /// What a terminal is, and where we are, is asked in one place each. .NET's Console sets the terminal up anew as soon as it is asked
    /// for anything; the current directory may be gone, and a path that begins with / does not need it.
    /// </summary>
    [Theory]
    [InlineData(@"\bConsole\.", "src/Cli|src/Engine|src/Runtime|src/Linux", "")]
    [InlineData(@"\bisatty\(1\)|\bisatty\(2\)|""NO_COLOR""", "src/Cli", "src/Cli/Output/Screen.cs")]
    [InlineData(@"Environment\.CurrentDirectory", "src", "src/Linux/Calls/CurrentDirectory.cs")]
    [InlineData(@"\bPath\.GetFullPath\([^,]*\)(?!,)", "src",
        "src/Linux/Calls/CurrentDirectory.cs|src/Runtime/Request/Host.cs|src/Runtime/Request/MountFlags.cs")]
    [InlineData(@"catch \(\w+ (\w+)\)(?: when \(\1 is [^\n]*)?\b" + OfDotnet + @"\b[^}]*\1\.Message|catch \(" + OfDotnet
        + @" (\w+)\)[^}]*\4\.Message",
        "src/Cli|src/Engine|src/Runtime", "")]
    public void What_has_one_owner_is_asked_nowhere_else(string pattern, string where, string owners)
    {
        string[] folders = where.Split('|'), allowed = owners.Split('|');
        var wanted = new Regex(pattern);
        IEnumerable<string> others = Sources().Select(Relative)
            .Where(file => folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)) && !allowed.Contains(file));
        Assert.DoesNotContain(others,
            file => wanted.IsMatch(Regex.Replace(File.ReadAllText(Path.Combine(Checkout.Root, file)), "//.*", "")));
    }

    [Fact]
    public void No_file_is_longer_than_300_lines() =>
        Assert.Empty(Sources().Where(file => File.ReadLines(file).Count() > 300).Select(Relative));

    [Fact]
    public void Half_of_the_files_have_70_lines_or_fewer()
    {
        int[] lengths = [.. Sources().Select(file => File.ReadLines(file).Count()).Order()];
        Assert.InRange(lengths[lengths.Length / 2], 1, 70);
    }

    private static IEnumerable<string> Projects() =>
        Directory.GetFiles(s_source, "*.csproj", SearchOption.AllDirectories)
            .Append(Path.Combine(Checkout.Root, "tests", "Probe", "Probe.csproj"));

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(reference => reference.Attribute("Include")!.Value);

    private static IEnumerable<string> Sources() => Directory.GetFiles(s_source, "*.cs", SearchOption.AllDirectories);

    private static string Relative(string path) => Path.GetRelativePath(Checkout.Root, path);
}
