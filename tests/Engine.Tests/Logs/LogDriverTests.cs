using Minirun.Engine.Tests.Logs.Peers;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

public sealed class JsonFileDriverTests() : LogDriverFacts("json-file", () => new FilePeer())
{
    protected override (string?, string?, string?) Fields => ("tag", "com.example.a", "VAR");
}

public sealed class SyslogUdpTests() : LogDriverFacts("syslog", () => new SyslogPeer("udp", "rfc3164"))
{
    protected override (string?, string?, string?) Fields => ("app", null, null);
}

public sealed class SyslogTcpTests() : LogDriverFacts("syslog", () => new SyslogPeer("tcp", "rfc5424micro"))
{
    protected override (string?, string?, string?) Fields => ("app", null, null);
}

public sealed class SyslogTlsDriverTests() : LogDriverFacts("syslog", () => new SyslogPeer("tcp+tls", "rfc5424micro"))
{
    protected override (string?, string?, string?) Fields => ("app", null, null);
}

public sealed class SyslogTlsOldFormatTests() : LogDriverFacts("syslog", () => new SyslogPeer("tcp+tls", "rfc3164"))
{
    protected override (string?, string?, string?) Fields => ("app", null, null);
}

public sealed class SyslogLocalTests() : LogDriverFacts("syslog", () => new SyslogPeer("unixgram", ""))
{
    protected override (string?, string?, string?) Fields => ("app", null, null);
}

/// <summary>Where the journal's socket is, is said once for all.</summary>
[Collection("journald")]
public sealed class JournaldTests() : LogDriverFacts("journald", () => new JournaldPeer())
{
    protected override (string?, string?, string?) Fields => ("CONTAINER_NAME", "COM_EXAMPLE_A", "VAR");
}

public sealed class GelfGzipTests() : LogDriverFacts("gelf", () => new GelfUdpPeer("gzip"))
{
    protected override (string?, string?, string?) Fields => ("_container_name", "_com.example.a", "_VAR");
}

public sealed class GelfPlainTests() : LogDriverFacts("gelf", () => new GelfUdpPeer("none"))
{
    protected override (string?, string?, string?) Fields => ("_container_name", "_com.example.a", "_VAR");
}

public sealed class GelfTcpTests() : LogDriverFacts("gelf", () => new GelfTcpPeer())
{
    protected override (string?, string?, string?) Fields => ("_container_name", "_com.example.a", "_VAR");
}

public sealed class FluentdTests() : LogDriverFacts("fluentd", () => new FluentdPeer())
{
    protected override (string?, string?, string?) Fields => ("container_name", "com.example.a", "VAR");
}

public sealed class FluentdAcknowledgedTests()
    : LogDriverFacts("fluentd", () => new FluentdPeer("fluentd-request-ack=true", "fluentd-sub-second-precision=true"))
{
    protected override (string?, string?, string?) Fields => ("container_name", "com.example.a", "VAR");
}
