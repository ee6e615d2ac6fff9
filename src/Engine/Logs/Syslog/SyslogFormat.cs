using System.Text;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Logs.Syslog;

/// <summary>How a line looks to a syslog daemon. A line feed ends each, on streams and in datagrams alike.</summary>
/// <param name="isCounted">Of the new format, each record begins with its length (RFC 5425): so Docker does with TLS.</param>
internal sealed class SyslogFormat(LogOptions options, LogContext context, bool isCounted = false)
{
    private const int Info = 6, Error = 3;
    private readonly ByteWriter _head = new();
    private readonly LogTime _time = new();
    private readonly string _format = options.Text("syslog-format") ?? "";
    private readonly int _facility = SyslogFacility.Of(options) * 8;
    private readonly byte[] _tag = Tag(options, context);
    private readonly byte[] _host = Encoding.UTF8.GetBytes(context.Host.Length == 0 ? "-" : context.Host);
    private readonly int _process = unistd.getpid();
    private readonly byte[] _local = new byte[15];
    private long _localSecond = long.MinValue;

    public static void Check(LogOptions options)
    {
        if (options.Text("syslog-format") is not (null or "" or "rfc3164" or "rfc5424" or "rfc5424micro"))
            throw new UserError("invalid syslog format", "syslog-format is rfc3164, rfc5424 or rfc5424micro");
    }

    public void Write(ByteWriter output, in LogMessage message)
    {
        _head.Clear();
        _head.Add((byte)'<');
        _head.Add((long)(_facility + (message.Source == LogSource.Stderr ? Error : Info)));
        _head.Add((byte)'>');
        bool isNew = _format.StartsWith("rfc5424", StringComparison.Ordinal);
        if (isNew) AddNewHead(_head, message.Time);
        else AddOldHead(_head, message.Time);
        if (isNew && isCounted)
        {
            output.Add((long)(_head.Length + message.Line.Length + 1));
            output.Add((byte)' ');
        }
        output.Add(_head.Written);
        output.Add(message.Line);
        output.Add((byte)'\n');
    }

    /// <summary>RFC 5424: the tag is APP-NAME and MSGID.</summary>
    private void AddNewHead(ByteWriter output, long time)
    {
        output.Add("1 "u8);
        _time.Add(output, time, _format == "rfc5424micro" ? 6 : 0);
        output.Add("Z "u8);
        output.Add(_host);
        output.Add((byte)' ');
        output.Add(_tag);
        output.Add((byte)' ');
        output.Add((long)_process);
        output.Add((byte)' ');
        output.Add(_tag);
        output.Add(" - "u8);
    }

    /// <summary>RFC 3164, and without the host for a daemon on this machine.</summary>
    private void AddOldHead(ByteWriter output, long time)
    {
        output.Add(Local(time / 1_000_000_000));
        output.Add((byte)' ');
        if (_format == "rfc3164")
        {
            output.Add(_host);
            output.Add((byte)' ');
        }
        output.Add(_tag);
        output.Add((byte)'[');
        output.Add((long)_process);
        output.Add("]: "u8);
    }

    /// <summary>Nov 20 20:19:40, in local time: the protocol has no zone.</summary>
    private ReadOnlySpan<byte> Local(long second)
    {
        if (second == _localSecond) return _local;
        tm now = time.Local(second);
        "JanFebMarAprMayJunJulAugSepOctNovDec"u8.Slice(now.tm_mon * 3, 3).CopyTo(_local);
        Encoding.ASCII.GetBytes($" {now.tm_mday,2} {now.tm_hour:00}:{now.tm_min:00}:{now.tm_sec:00}", _local.AsSpan(3));
        _localSecond = second;
        return _local;
    }

    /// <summary>In RFC 5424 a space would end the field.</summary>
    private static byte[] Tag(LogOptions options, LogContext context)
    {
        byte[] tag = Encoding.UTF8.GetBytes(TagTemplate.Of(options, context));
        bool isField = options.Text("syslog-format")?.StartsWith("rfc5424", StringComparison.Ordinal) ?? false;
        for (int index = 0; index < tag.Length; index++)
            if (tag[index] < (isField ? 0x21 : 0x20) || tag[index] == 0x7f) tag[index] = (byte)'_';
        return tag;
    }
}
