using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Container;

/// <summary>The words behind `top CONTAINER`: options of ps(1), as docker takes them, or names of columns, as podman does.</summary>
internal static class TopFormat
{
    /// <exception cref="UserError">One that is not known here.</exception>
    public static List<ProcessColumn> Parse(List<string> words)
    {
        List<ProcessColumn> columns = [], chosen = [];
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word.StartsWith("--format", StringComparison.Ordinal))
                AddList(chosen, word.StartsWith("--format=", StringComparison.Ordinal) ? word["--format=".Length..] : Next(words, ref i));
            else if (word.StartsWith('-') && word.Length > 1) TakeLetters(word[1..], ref i, dashed: true);
            else if (IsList(word)) AddList(chosen, word);
            else TakeLetters(word, ref i, dashed: false);
        }
        return chosen.Count > 0 ? chosen : columns.Count > 0 ? columns : Full();

        void TakeLetters(string letters, ref int at, bool dashed)
        {
            for (int i = 0; i < letters.Length; i++)
                switch (letters[i])
                {
                    // Which processes there are to be seen is settled: the container's.
                    case 'e' or 'A' when dashed:
                    case 'a' or 'x' or 'w':
                        break;
                    case 'f' or 'F':
                        columns = Full();
                        break;
                    case 'u' when !dashed:
                        columns = Usage();
                        break;
                    case 'o' or 'O':
                        AddList(chosen, i + 1 < letters.Length ? letters[(i + 1)..] : Next(words, ref at));
                        return;
                    default:
                        throw Unknown($"'{words[at]}'");
                }
        }
    }

    private static List<ProcessColumn> Full() =>
        [ProcessColumn.UserUnder("UID"), .. Of("pid", "ppid", "c", "stime", "tname", "time", "cmd")];

    private static List<ProcessColumn> Usage() =>
        [.. Of("user", "pid", "%cpu", "%mem", "vsz", "rss", "tname", "stat"), ProcessColumn.Of("stime", "START"), .. Of("time", "command")];

    private static IEnumerable<ProcessColumn> Of(params string[] words) => words.Select(word => ProcessColumn.Of(word));

    private static bool IsList(string text) => text.Contains(',') || text.Contains('=') || ProcessColumn.Find(text) is not null;

    /// <summary>pid,user=WHO,args: the heading behind = is for the last one only when it has a comma in it; nobody has.</summary>
    private static void AddList(List<ProcessColumn> columns, string list)
    {
        foreach (string one in list.Split((char[])[',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = one.Split('=', 2);
            if (ProcessColumn.Find(parts[0]) is null) throw Unknown($"column '{parts[0]}'");
            columns.Add(ProcessColumn.Of(parts[0], parts.Length > 1 ? parts[1] : null));
        }
    }

    private static string Next(List<string> words, ref int at) =>
        ++at < words.Count ? words[at] : throw new UserError($"top: {words[at - 1]}: no columns behind it", "such as -o pid,user,args");

    private static UserError Unknown(string what) =>
        new($"top: {what}: not known here",
            $"aux, -ef, or -o with columns: {string.Join(' ', ProcessColumn.All.Select(column => column.Words[0]))}");
}
