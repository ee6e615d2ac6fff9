using Minirun.Engine.Networks;

namespace Minirun.Cli.CommandLine;

/// <summary>The flags of a container's network.</summary>
internal static class NetworkFlags
{
    /// <summary>--net: what the runtime can do alone, or what the engine does. The last of several wins.</summary>
    public static void Mode(RunRequest request, string mode)
    {
        if (mode is "host" or "none")
        {
            request.Net = mode;
            if (request.IsMonitored) request.Engine.Net = null;
            return;
        }
        request.MonitoredFor ??= "--net";
        request.Engine.Net = mode;
    }

    /// <summary>--expose.</summary>
    public static string Exposed(string port)
    {
        PortMapping.CheckExposed(port);
        return port;
    }
}
