using System.Text;

namespace Minirun.Fuzz;

/// <summary>Good texts of lines, changed: lines that come twice, go or move, other words in them, other indentation, other bytes.</summary>
internal static class TextMutator
{
    private static readonly string[] s_words =
    [
        ": ", "- ", "? ", "&a", "*a", "*a*a", "<<: *a", "!!int", "!x", "|", ">-", "%YAML 3", "---", "...", "{", "}", "[", "]", "{a: {b: [",
            "#", "'", "\"", "\\", "\t", "\r", "\n\n", "=", "==", ":", "::", ",", "0", "-1", "65536",
        "4294967295", "4294967296", "99999999999999999999", "1e9", "0x10", "0777", "~", "null", "true", ".inf", "\0", "\u0001", "\u001b[2J",
            "\u2028", "\u202e", "\ufeff", "é", "日本", "/", "..", "../../x", "/proc/self/fd/0", "$HOME", "${A", "%s", "*",
    ];

    public static byte[] Change(Random random, string good)
    {
        List<string> lines = [.. good.Split('\n')];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(lines.Count), to = random.Next(lines.Count), column = random.Next(lines[at].Length + 1);
            string line = lines[at], word = s_words[random.Next(s_words.Length)];
            switch (random.Next(8))
            {
                case 0: lines.Insert(to, line); break;
                case 1: if (lines.Count > 1) lines.RemoveAt(at); break;
                case 2: (lines[at], lines[to]) = (lines[to], line); break;
                case 3: lines[at] = new string(' ', random.Next(1, 9)) + line; break;
                case 4: lines[at] = line.TrimStart(); break;
                case 5:
                    lines[at] = random.Next(10) == 0
                        ? string.Concat(Enumerable.Repeat(line + word, Math.Min(3000, 1_000_000 / (line.Length + 1) + 2)))
                        : string.Concat(Enumerable.Repeat(word, random.Next(2, 40)));
                    break;
                default: lines[at] = line.Insert(column, word); break;
            }
        }
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        return random.Next(4) == 0 && bytes.Length > 0 ? JsonMutator.ChangeBytes(random, bytes) : bytes;
    }
}
