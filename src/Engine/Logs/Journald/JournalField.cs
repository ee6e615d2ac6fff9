using System.Buffers.Binary;
using System.Text;

namespace Minirun.Engine.Logs.Journald;

/// <summary>One field of journald's own protocol (systemd: "Native Journal Protocol").</summary>
internal static class JournalField
{
    public static void Add(ByteWriter output, string name, string value)
    {
        output.Add(name);
        if (!value.Contains('\n'))
        {
            output.Add((byte)'=');
            output.Add(value);
            output.Add((byte)'\n');
            return;
        }
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        output.Add((byte)'\n');
        BinaryPrimitives.WriteUInt64LittleEndian(output.Room(8), (ulong)bytes.Length);
        output.Advance(8);
        output.Add(bytes);
        output.Add((byte)'\n');
    }

    /// <summary>A label's or variable's name as a field's: A-Z, 0-9 and _, of which none at the start; at most 64.</summary>
    public static string Name(string name)
    {
        var field = new StringBuilder();
        foreach (char c in name.ToUpperInvariant()) field.Append(c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') ? c : '_');
        string text = field.ToString().TrimStart('_');
        return text.Length > 64 ? text[..64] : text;
    }
}
