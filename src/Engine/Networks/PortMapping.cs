using System.Globalization;
using System.Text.Json.Serialization;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>A port of a container that the host listens on.</summary>
/// <param name="HostIp">Empty: all addresses.</param>
/// <param name="HostPort">0: any that is free.</param>
/// <param name="Protocol">tcp, udp or sctp.</param>
public readonly record struct PortMapping(string HostIp, int HostPort, int ContainerPort, string Protocol)
{
    private const string Exposes = "--expose", Form = "write [[IP:]HOST:]CONTAINER[/tcp|/udp], with ranges such as 8000-8009:80-89";
    private const string ExposedForm = "write PORT[/tcp|/udp], or a range such as 8000-8009";

    /// <summary>Reads -p: [[IP:]HOST:]CONTAINER[/PROTOCOL]; a range gives one for each port.</summary>
    /// <exception cref="UserError">It cannot be understood.</exception>
    public static List<PortMapping> Parse(string text) => Parse(text, "--publish");

    /// <summary>Checks --expose: a port of the container, or a range of them; what the host has of it is --publish's to say.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static void CheckExposed(string text)
    {
        if (text.Contains(':')) throw Wrong(text, Exposes, "not a port");
        Parse(text, Exposes);
    }

    private static List<PortMapping> Parse(string text, string flag)
    {
        int slash = text.LastIndexOf('/');
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant(), rest = slash < 0 ? text : text[..slash];
        if (protocol is not ("tcp" or "udp" or "sctp")) throw Wrong(text, flag, $"unknown protocol '{protocol}'");
        int last = rest.LastIndexOf(':');
        string inside = rest[(last + 1)..], outside = last < 0 ? "" : rest[..last], ip = "";
        int before = outside.StartsWith('[') ? outside.IndexOf("]:", StringComparison.Ordinal) + 1 : outside.LastIndexOf(':');
        if (before > 0)
        {
            ip = outside[..before].Trim('[', ']');
            outside = outside[(before + 1)..];
            if (!System.Net.IPAddress.TryParse(ip, out _)) throw Wrong(text, flag, $"'{ip}' is not an address");
            if (ip is "0.0.0.0") ip = "";
        }
        else if (before == 0 && outside.Length > 0) throw Wrong(text, flag, "an empty address");
        var (first, end) = Range(inside, text, flag);
        var (host, hostEnd) = outside.Length == 0 ? (0, 0) : Range(outside, text, flag);
        int count = end - first + 1;
        // One port of a container and a range of the host: any of these that is free.
        if (host != 0 && hostEnd - host + 1 != count) throw Wrong(text, flag, "the two ranges have different lengths");
        List<PortMapping> all = new(count);
        for (int i = 0; i < count; i++) all.Add(new(ip, host == 0 ? 0 : host + i, first + i, protocol));
        return all;
    }

    /// <summary>As docker prints it: 0.0.0.0:8080.</summary>
    [JsonIgnore]
    public string Outside => (HostIp.Length == 0 ? "0.0.0.0" : HostIp.Contains(':') ? $"[{HostIp}]" : HostIp) + ":" + Number(HostPort);

    /// <summary>80/tcp.</summary>
    [JsonIgnore]
    public string Inside => Number(ContainerPort) + "/" + Protocol;

    /// <summary>Whether both cannot be had: one port of one protocol, at one address, or at all of them.</summary>
    internal bool Meets(PortMapping other) =>
        HostPort > 0 && HostPort == other.HostPort && Protocol == other.Protocol
        && (HostIp == other.HostIp || IsEverywhere(HostIp) || IsEverywhere(other.HostIp));

    private static bool IsEverywhere(string address) => address is "" or "0.0.0.0" or "::";

    internal static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static (int First, int Last) Range(string text, string whole, string flag)
    {
        int dash = text.IndexOf('-');
        int first = Port(dash < 0 ? text : text[..dash], whole, flag), last = dash < 0 ? first : Port(text[(dash + 1)..], whole, flag);
        return last >= first ? (first, last) : throw Wrong(whole, flag, $"the range {text} ends before it begins");
    }

    private static int Port(string text, string whole, string flag) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536
            ? port
            : throw Wrong(whole, flag, $"'{text}' is not a port");

    private static UserError Wrong(string text, string flag, string why) =>
        new($"{flag} {text}: {why}", flag == Exposes ? ExposedForm : Form);
}
