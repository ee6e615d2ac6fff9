using Minirun.Init;
using Minirun.Linux;

namespace Minirun.Cli.Verbs.Run;

/// <summary>The words after run or create, for whoever makes the container again: a unit of systemd.</summary>
internal static class CreationWords
{
    public static List<string> Read() => [.. OwnWords().SkipWhile(word => word is not ("run" or "create")).Skip(1)];

    /// <summary>.NET's own list loses what is not UTF-8.</summary>
    private static string[] OwnWords()
    {
        string[] words = Environment.GetCommandLineArgs();
        byte[][] bytes = Boot.LastArguments(words.Length);
        return bytes.Length == words.Length ? Array.ConvertAll(bytes, each => KernelText.Decode(each)) : words;
    }
}
