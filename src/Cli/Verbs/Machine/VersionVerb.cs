using System.Reflection;
using System.Runtime.InteropServices;
using Minirun.Cli.Output;
using Minirun.Linux;

namespace Minirun.Cli.Verbs.Machine;

/// <summary><c>minirun version [--json]</c> and, in one line, <c>minirun --version</c>.</summary>
internal static class VersionVerb
{
    public static MinirunVerb Verb() => new("", "show the version of minirun and the machine it runs on",
        [new("json", '\0', null, "as a JSON object")], words => Print(words.Has("json")))
    {
        Minimum = 0,
        Maximum = 0,
    };

    public static int PrintLine()
    {
        var (version, commit) = Own();
        TextOutput.Line(
            commit is null ? $"minirun version {version}" : $"minirun version {version}, commit {commit[..Math.Min(12, commit.Length)]}");
        return 0;
    }

    private static int Print(bool json)
    {
        var (version, commit) = Own();
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string kernel = sys_utsname.Release;
        (string Key, string Title, string Value)[] facts =
        [
            ("version", "Version", version), ("commit", "Commit", commit ?? "unknown"),
                ("framework", "Framework", RuntimeInformation.FrameworkDescription),
            ("architecture", "Architecture", architecture), ("kernel", "Kernel", kernel),
        ];
        if (json)
            TextOutput.Line(Json.Write(writer =>
            {
                writer.WriteStartObject();
                foreach (var (key, _, value) in facts) writer.WriteString(key, value);
                writer.WriteEndObject();
            }));
        else
            foreach (var (_, title, value) in facts) TextOutput.Line($"{title + ":",-14} {value}");
        return 0;
    }

    public static string Number => Own().Version;

    /// <summary>The build writes VERSION+COMMIT.</summary>
    private static (string Version, string? Commit) Own()
    {
        string text =
            typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        int plus = text.IndexOf('+');
        return plus < 0 ? (text, null) : (text[..plus], text[(plus + 1)..]);
    }
}
