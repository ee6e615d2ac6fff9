using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Minirun.Engine.Logs;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>A udp socket that keeps what it gets as a capture file, which tshark's GELF dissector then explains.</summary>
public sealed class GelfUdpPeer(string compression) : LogPeer
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
    private readonly string _directory = Directory.CreateTempSubdirectory("minirun-gelf-").FullName;
    private readonly List<byte[]> _datagrams = [];

    public override string? Missing => PeerProgram.Find("tshark") is null ? "tshark is not here: apt-get install tshark" : null;

    public override bool TakesEmptyLines => false;

    public override string[] Options => [$"gelf-address=udp://127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}",
        $"gelf-compression-type={compression}", "tag={{.Name}}"];

    public IReadOnlyList<byte[]> Datagrams => _datagrams;

    public override void Start() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public override IReadOnlyList<Received> Arrived()
    {
        byte[] buffer = new byte[65536];
        while (_socket.Poll(0, SelectMode.SelectRead)) _datagrams.Add(buffer[.._socket.Receive(buffer)]);
        if (_datagrams.Count == 0) return [];
        Capture(_directory + "/capture");
        string rows = PeerProgram.Run(PeerProgram.Find("tshark")!, "-r", _directory + "/capture", "-d", "udp.port==12201,gelf", "-Y",
            "json", "-T", "fields", "-E", "aggregator=\u0001", "-e", "json.member_with_value");
        return [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    public override void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static Received Parse(string row)
    {
        // tshark spells out a tab in its output.
        var fields =
            row.Replace("\\t", "\t").Split('\u0001').Select(member => member.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new Received(fields["short_message"], fields["level"] == "3" ? LogSource.Stderr : LogSource.Stdout, fields);
    }

    /// <summary>A pcap file of bare IPv4 packets to port 12201.</summary>
    private void Capture(string path)
    {
        using FileStream file = File.Create(path);
        byte[] head = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), 262144);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(20), 101);
        file.Write(head);
        foreach (byte[] datagram in _datagrams)
        {
            byte[] packet = new byte[16 + 28];
            BinaryPrimitives.WriteInt32LittleEndian(packet.AsSpan(8), 28 + datagram.Length);
            BinaryPrimitives.WriteInt32LittleEndian(packet.AsSpan(12), 28 + datagram.Length);
            packet[16] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(18), (ushort)(28 + datagram.Length));
            packet[24] = 64;
            packet[25] = 17;
            packet[28] = packet[32] = 127;
            packet[31] = packet[35] = 1;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(36), 40000);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(38), 12201);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(40), (ushort)(8 + datagram.Length));
            file.Write(packet);
            file.Write(datagram);
        }
    }
}
