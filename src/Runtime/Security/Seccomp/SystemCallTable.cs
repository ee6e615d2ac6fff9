using System.Buffers.Text;
using System.Text;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>Reads the tables of system calls in the folder Tables.</summary>
internal static class SystemCallTable
{
    public static Dictionary<string, int> Read(ReadOnlySpan<byte> text)
    {
        var numbers = new Dictionary<string, int>(512);
        int number = 0;
        while (!text.IsEmpty)
        {
            int end = text.IndexOfAny((byte)' ', (byte)'\n');
            ReadOnlySpan<byte> word = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (word.IsEmpty) continue;
            if (word[0] is >= (byte)'0' and <= (byte)'9') Utf8Parser.TryParse(word, out number, out _);
            else numbers.Add(Encoding.ASCII.GetString(word), number++);
        }
        return numbers;
    }
}
