using System.Text;

namespace Minirun.Clients.Containerd.Cri;

/// <summary>A message that was received: the last value of each field. What is absent is 0, empty, without fields.</summary>
internal sealed class Answer
{
    private readonly Dictionary<int, long> _numbers = [];
    private readonly Dictionary<int, byte[]> _bytes = [];

    public Answer(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int key = (int)Varint(ref rest), field = key >> 3;
            switch (key & 7)
            {
                case 0:
                    _numbers[field] = Varint(ref rest);
                    break;
                case 2:
                    int length = (int)Varint(ref rest);
                    _bytes[field] = rest[..length].ToArray();
                    rest = rest[length..];
                    break;
                default:
                    throw new FormatException($"field {field} has the wire type {key & 7}");
            }
        }
    }

    public long Number(int field) => _numbers.GetValueOrDefault(field);

    public string Text(int field) => Encoding.UTF8.GetString(_bytes.GetValueOrDefault(field, []));

    public Answer In(int field) => new(_bytes.GetValueOrDefault(field, []));

    private static long Varint(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = rest[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return (long)value;
        }
    }
}
