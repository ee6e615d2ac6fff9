using Minirun.Engine.Logs;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

public sealed class LogConfigTests
{
    [Fact]
    public void Files_are_the_default() => Assert.Equal("json-file", new LogConfig().Driver);

    [Theory]
    [InlineData("unknown log driver 'nope'", "nope")]
    [InlineData("unknown log opt 'x' for json-file log driver", "json-file", "x=1")]
    [InlineData("unknown log opt 'max-size' for none log driver", "none", "max-size=1")]
    [InlineData("log opt max-size: 'x' is not a size such as 10m", "json-file", "max-size=x")]
    [InlineData("log opt max-file: 'x' is not a number from -2147483648 to 1000", "json-file", "max-file=x")]
    [InlineData("max-file cannot be less than 1", "json-file", "max-file=0")]
    [InlineData("max-size must be a positive number", "json-file", "max-size=0")]
    [InlineData("compress cannot be true when max-file is less than 2 or max-size is not set", "json-file", "compress=true")]
    [InlineData("compress cannot be true when max-file is less than 2 or max-size is not set", "json-file", "compress=true", "max-size=1k",
        "max-file=1")]
    [InlineData("log opt compress: 'x' is not true or false", "json-file", "compress=x")]
    [InlineData("logger: logging mode not supported: x", "json-file", "mode=x")]
    [InlineData("logger: max-buffer-size option is only supported with 'mode=non-blocking'", "json-file", "max-buffer-size=1m")]
    [InlineData("log opt max-buffer-size: 'x' is not a size such as 10m", "json-file", "mode=non-blocking", "max-buffer-size=x")]
    [InlineData("log opt tag: can't evaluate field .Nope", "json-file", "tag={{.Nope}}")]
    [InlineData("log opt tag: unclosed action", "json-file", "tag={{")]
    [InlineData("gelf-address is a required parameter", "gelf")]
    [InlineData("gelf-address should be in form proto://address, got http://x", "gelf", "gelf-address=http://x")]
    [InlineData("gelf-address: please provide it as host:port, got 127.0.0.1", "gelf", "gelf-address=udp://127.0.0.1")]
    [InlineData("unknown value \"zz\" for log opt \"gelf-compression-type\" for gelf log driver", "gelf", "gelf-address=udp://127.0.0.1:1",
        "gelf-compression-type=zz")]
    [InlineData("unknown value \"77\" for log opt \"gelf-compression-level\" for gelf log driver", "gelf", "gelf-address=udp://127.0.0.1:1",
        "gelf-compression-level=77")]
    [InlineData("compression is only supported on UDP", "gelf", "gelf-address=tcp://127.0.0.1:1", "gelf-compression-level=1")]
    [InlineData("\"gelf-tcp-max-reconnect\" is only valid for TCP", "gelf", "gelf-address=udp://127.0.0.1:1", "gelf-tcp-max-reconnect=1")]
    [InlineData("syslog-address should be in form proto://address, got foo", "syslog", "syslog-address=foo")]
    [InlineData("invalid syslog facility", "syslog", "syslog-facility=77")]
    [InlineData("invalid syslog format", "syslog", "syslog-format=77")]
    [InlineData("fluentd-address should be in form proto://address, got http://127.0.0.1:1", "fluentd",
        "fluentd-address=http://127.0.0.1:1")]
    [InlineData("log opt fluentd-buffer-limit: 'x' is not a size such as 10m", "fluentd", "fluentd-buffer-limit=x")]
    [InlineData("log opt fluentd-retry-wait: 'x' is not a time such as 500ms or 2s", "fluentd", "fluentd-retry-wait=x")]
    [InlineData("log opt fluentd-async: 'x' is not true or false", "fluentd", "fluentd-async=x")]
    [InlineData("conflicting options: cannot specify both 'fluentd-async' and 'fluentd-async-connect'", "fluentd", "fluentd-async=true",
        "fluentd-async-connect=true")]
    [InlineData("unknown log opt 'max-size' for journald log driver", "journald", "max-size=1")]
    public void What_cannot_be_is_said_before_anything_is_made(string message, string driver, params string[] options)
    {
        UserError error = Assert.Throws<UserError>(() => LogDirectory.Config(driver, options));
        Assert.Equal((message, 125), (error.Message, error.ExitCode));
    }

    [Fact]
    public void A_broken_pattern_is_an_error() =>
        Assert.StartsWith("log opt labels-regex: ",
            Assert.Throws<UserError>(() => LogDirectory.Config("json-file", "labels-regex=(")).Message);

    [Fact]
    public void A_driver_is_one_class_and_one_line()
    {
        var driver = new RecordingDriver();
        LogDrivers.Register(new LogDriverKind("recording", ["colour"], _ => { }, (_, _) => driver));
        var log = new ContainerLog(LogDirectory.Config("recording", "colour=red"), new LogContext { Id = "1", Name = "one" });
        log.Feed(LogSource.Stderr, "oops\n"u8);
        log.Close();
        Assert.Equal("oops", Assert.Single(driver.Messages).Line);
        Assert.Throws<UserError>(() => LogDirectory.Config("recording", "size=1"));
    }

    [Theory]
    [InlineData("{{.ImageName}}/{{.Name}}/{{.ID}}", "busybox:test/web/3c7090b984d4")]
    [InlineData("a {{ .FullID }} z", "a " + LogDirectory.Id + " z")]
    [InlineData("{{.ImageID}} {{.DaemonName}}", "0c31bde80e6b minirun")]
    [InlineData("{{(.ExtraAttributes nil).VAR}}{{(.ExtraAttributes nil).NONE}}", "value")]
    [InlineData("plain", "plain")]
    public void Tags_are_templates(string template, string expected)
    {
        using var directory = new LogDirectory();
        Assert.Equal(expected, TagTemplate.Expand(template, LogDirectory.Config("json-file", "env=VAR").Options, directory.Context));
    }

    [Theory]
    [InlineData("10m", 10L << 20)]
    [InlineData("1.5k", 1536)]
    [InlineData("4096", 4096)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("3 MB", 3L << 20)]
    public void Sizes_are_in_units_of_1024(string text, long bytes) => Assert.Equal(bytes, LogUnits.Size(text));

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("-5")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("99999999999999999999999p")]
    public void What_is_no_size_is_none(string text) => Assert.Null(LogUnits.Size(text));

    [Theory]
    [InlineData("1h2m3.5s", 3_723_500_000_000)]
    [InlineData("100ms", 100_000_000L)]
    [InlineData("x", null)]
    [InlineData("5", null)]
    [InlineData("", null)]
    public void Durations_are_as_in_Go(string text, long? nanoseconds) => Assert.Equal(nanoseconds, LogUnits.Duration(text));
}
