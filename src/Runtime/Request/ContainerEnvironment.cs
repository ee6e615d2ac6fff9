using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>
/// The command's environment: docker's few defaults, then what -e, --env-file and the container file say; never the caller's own.
/// </summary>
public static class ContainerEnvironment
{
    /// <summary>A place for LISTEN_PID's number, which only the child knows: as wide as any pid.</summary>
    public const string ListenPid = "LISTEN_PID=\0\0\0\0\0\0\0\0\0\0\0";

    internal static List<string> Build(
        RunOptions options, Host host, string rootfs, ContainerUser user, string? hostname, bool terminal, int listenFds, bool notifies)
    {
        List<string> environment = [];
        if (!options.ClearEnv)
        {
            environment.Add(SpecBuilder.DefaultPath);
            environment.Add("HOME=" + user.FindHome(rootfs, host));
            if (hostname is not null) environment.Add("HOSTNAME=" + hostname);
            if (terminal) environment.Add("TERM=" + (host.Environment("TERM") is { Length: > 0 } term ? term : "xterm"));
        }
        foreach (string entry in options.Env) Set(environment, entry, host);
        if (notifies) Set(environment, "NOTIFY_SOCKET=" + NotifyMessage.PathInside, host);
        if (listenFds > 0)
        {
            Set(environment, "LISTEN_FDS=" + listenFds, host);
            environment.Add(ListenPid);
        }
        return environment;
    }

    public static UserError NoName(string entry) =>
        new($"environment entry '{entry}' has no name", "write -e NAME=VALUE, or -e NAME to pass your own value on");

    private static void Set(List<string> environment, string entry, Host host)
    {
        int equals = entry.IndexOf('=');
        string name = equals < 0 ? entry : entry[..equals];
        if (name.Length == 0) throw NoName(entry);
        string? value = equals < 0 ? host.Environment(name) : entry[(equals + 1)..];
        environment.RemoveAll(other => other.StartsWith(name + "=", StringComparison.Ordinal));
        if (value is not null) environment.Add($"{name}={value}");
    }

    /// <summary>How many listening sockets systemd's protocol passes to us (sd_listen_fds(3)); 0 when they are for somebody else.</summary>
    internal static int ListenFds(Host host)
    {
        if (host.Environment("LISTEN_FDS") is not { } text || !int.TryParse(text, out int count) || count <= 0) return 0;
        return host.Environment("LISTEN_PID") is { } pid && pid != Environment.ProcessId.ToString() ? 0 : count;
    }
}
