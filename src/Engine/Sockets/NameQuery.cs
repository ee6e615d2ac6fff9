using System.Buffers.Binary;
using System.Net;
using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.State;

namespace Minirun.Engine.Sockets;

/// <summary>One question to one name server (RFC 1035), over udp.</summary>
internal static class NameQuery
{
    private const int Four = 1, Six = 28, Head = 12, Patience = 1000;

    /// <summary>An address of the host, an IPv4 one if it has one; null when the server has none or does not answer.</summary>
    public static IPAddress? Ask(IPAddress server, int port, string host) => Ask(server, port, host, Four) ?? Ask(server, port, host, Six);

    private static IPAddress? Ask(IPAddress server, int port, string host, int type)
    {
        byte[]? question = Question(host, type);
        var connection = new Connection(new Endpoint("udp", server.ToString(), port));
        if (question is null || connection.Open() != 0) return null;
        try
        {
            byte[] answer = new byte[1500];
            if (Descriptors.Send(connection.Descriptor, question, out _) != 0) return null;
            if (!Poller.Await(connection.Descriptor, poll.POLLIN, Patience)) return null;
            return Descriptors.Receive(connection.Descriptor, answer, out int length) == 0
                ? Read(answer.AsSpan(0, length), question, type)
                : null;
        }
        finally
        {
            connection.Close();
        }
    }

    private static byte[]? Question(string host, int type)
    {
        var output = new ByteWriter();
        Span<byte> id = stackalloc byte[2];
        RandomId.Fill(id);
        output.Add(id);
        // Recursion, please; one question.
        output.Add([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        foreach (string label in host.Split('.'))
        {
            byte[] bytes = Encoding.ASCII.GetBytes(label);
            if (bytes.Length is 0 or > 63) return null;
            output.Add((byte)bytes.Length);
            output.Add(bytes);
        }
        output.Add([0, 0, (byte)type, 0, 1]);
        return output.Length <= Head + 255 + 4 ? output.Written.ToArray() : null;
    }

    /// <summary>The first address among the answers; aliases before it are passed over, as their target comes along.</summary>
    private static IPAddress? Read(ReadOnlySpan<byte> answer, byte[] question, int type)
    {
        if (answer.Length < question.Length || !answer[..2].SequenceEqual(question.AsSpan(0, 2)) || (answer[3] & 15) != 0) return null;
        // An answer repeats the question, but for upper and lower case.
        int at = question.Length, count = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        for (; count > 0; count--)
        {
            at = SkipName(answer, at);
            if (at < 0 || at + 10 > answer.Length) return null;
            int found = BinaryPrimitives.ReadUInt16BigEndian(answer[at..]),
                length = BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 8)..]);
            at += 10;
            if (at + length > answer.Length) return null;
            if (found == type && length == (type == Four ? 4 : 16)) return new IPAddress(answer.Slice(at, length));
            at += length;
        }
        return null;
    }

    /// <summary>-1 when it does not end.</summary>
    private static int SkipName(ReadOnlySpan<byte> answer, int at)
    {
        while (at < answer.Length)
        {
            int length = answer[at];
            if (length == 0) return at + 1;
            if (length >= 0xc0) return at + 2;
            at += length + 1;
        }
        return -1;
    }
}
