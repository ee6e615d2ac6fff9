using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>The environment of a process document as the process gets it: the last of several values for a name, and a HOME.</summary>
public static class ProcessEnvironment
{
    private const string Passwd = "/etc/passwd", Home = "HOME=";

    /// <param name="process">Whose environment is completed.</param>
    /// <param name="root">The root file system, or /proc/PID/root of a container that runs.</param>
    /// <param name="mounts">What will be mounted in it: a passwd may be.</param>
    /// <param name="host">Reads files.</param>
    public static void Complete(OciProcess process, string root, IReadOnlyList<OciMount> mounts, Host host)
    {
        process.Env = LastOfEach(process.Env);
        int home = process.Env.FindIndex(entry => entry.StartsWith(Home, StringComparison.Ordinal));
        if (home >= 0 && process.Env[home].Length > Home.Length) return;
        if (home >= 0) process.Env.RemoveAt(home);
        process.Env.Add(Home + (ContainerUser.HomeOf(ReadPasswd(root, mounts, host), process.User.Uid) ?? "/"));
    }

    private static string ReadPasswd(string root, IReadOnlyList<OciMount> mounts, Host host)
    {
        foreach (OciMount mount in mounts)
            if (mount.Destination == Passwd && mount.Source is { } source && Path.GetDirectoryName(source) is { } directory)
                return host.ReadInside(directory, Path.GetFileName(source)) ?? "";
        return host.ReadInside(root, Passwd) ?? "";
    }

    private static List<string> LastOfEach(List<string> entries)
    {
        var values = new List<string>(entries.Count);
        var places = new Dictionary<string, int>(entries.Count);
        foreach (string entry in entries)
        {
            string name = entry.Split('=', 2)[0];
            if (places.TryAdd(name, values.Count)) values.Add(entry);
            else values[places[name]] = entry;
        }
        return values;
    }
}
