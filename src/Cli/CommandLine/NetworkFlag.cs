using Minirun.Runtime.Request;

namespace Minirun.Cli.CommandLine;

/// <summary>--net: what the runtime can do alone, or what the engine does.</summary>
internal static class NetworkFlag
{
    public static void Apply(RunOptions options, string mode)
    {
        if (mode is "host" or "none") options.Net = mode;
        else options.ForEngine("net", mode);
        // The last of several wins.
        if (mode is "host" or "none" && options.Engine is { } flags) flags.RemoveAll(each => each.Flag == "net");
    }
}
