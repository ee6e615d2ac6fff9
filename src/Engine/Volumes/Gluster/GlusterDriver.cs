using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Volumes.Gluster;

/// <summary>
/// Volumes of GlusterFS servers. Here each is a directory with its place and a file for each user; whether it is mounted is asked of the
/// kernel. So nothing is lost when this process is killed, and users of before a reboot, when nothing is mounted, are none.
/// </summary>
/// <param name="root">For those directories.</param>
/// <param name="rest">Makes volumes on the servers, and stops them; null: somebody else does.</param>
public sealed class GlusterDriver(string root, IReadOnlyList<string> servers, GlusterRest? rest) : IVolumeDriver
{
    private const int Private = 0x1c0;   // 0700
    private readonly GlusterClient _client = new(servers);

    public string Name => "glusterfs";

    /// <summary>A volume has one name on all machines, but each has to be told of it: so this plugin has always said.</summary>
    public string Scope => "local";

    private string Of(string name) => $"{root}/{name}";
    private string Place(string name) => Of(name) + "/_data";
    private string Uses(string name) => Of(name) + "/uses";
    private bool IsKnown(string name) => Directory.Exists(Uses(name));

    public void Create(string name, Dictionary<string, string> options)
    {
        if (options.Count > 0)
            throw new UserError($"glusterfs volumes have no option {options.Keys.Order(StringComparer.Ordinal).First()}",
                "the plugin's own flags say how they are made");
        if (IsKnown(name)) return;
        if (rest is not null && !rest.Exists(name)) rest.Create(name, servers);
        Make(name);
    }

    public void Remove(string name)
    {
        Require(name);
        using (FileLock.OnDirectory(Of(name), "volume " + name))
        {
            bool isMounted = GlusterClient.IsMounted(Place(name));
            if (isMounted && Directory.GetFiles(Uses(name)) is { Length: > 0 } uses)
                throw new UserError($"volume {name} is in use by {uses.Length}", "it is unmounted with the last of them");
            if (isMounted) GlusterClient.Unmount(Place(name));
            rest?.Stop(name);
            foreach (string file in (string[])[.. Directory.GetFiles(Uses(name)), .. Directory.GetFiles(Of(name))]) unistd.unlink(file);
            // None of these removes more than an empty directory, whatever may be mounted.
            foreach (string directory in (string[])[Place(name), Uses(name), Of(name)])
                LinuxException.Check(unistd.rmdir(directory), "rmdir", directory);
        }
    }

    public string Mount(string name, string id)
    {
        Make(name);
        using IDisposable held = FileLock.OnDirectory(Of(name), "volume " + name);
        string place = Place(name), use = $"{Uses(name)}/{Id(id)}";
        bool isMounted = GlusterClient.IsMounted(place);
        if (isMounted && !GlusterClient.Answers(place))
        {
            GlusterClient.Unmount(place);
            isMounted = false;
        }
        else if (!isMounted)
            foreach (string old in Directory.GetFiles(Uses(name))) unistd.unlink(old);
        AtomicFile.Write(use, []);
        if (isMounted) return place;
        try
        {
            _client.Mount(name, place, Of(name));
        }
        catch
        {
            unistd.unlink(use);
            throw;
        }
        return place;
    }

    public void Unmount(string name, string id)
    {
        Require(name);
        using IDisposable held = FileLock.OnDirectory(Of(name), "volume " + name);
        unistd.unlink($"{Uses(name)}/{Id(id)}");
        if (Directory.GetFiles(Uses(name)).Length == 0 && GlusterClient.IsMounted(Place(name))) GlusterClient.Unmount(Place(name));
    }

    public string? Path(string name)
    {
        Require(name);
        return Place(name);
    }

    public DriverVolume? Get(string name)
    {
        Require(name);
        return Describe(name);
    }

    public List<DriverVolume> List()
    {
        List<DriverVolume> all = [];
        if (!Directory.Exists(root)) return all;
        foreach (string directory in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
            if (System.IO.Path.GetFileName(directory) is var name && VolumeNames.IsName(name) && IsKnown(name)) all.Add(Describe(name));
        return all;
    }

    private DriverVolume Describe(string name)
    {
        string mounted = GlusterClient.IsMounted(Place(name)) ? "true" : "false";
        return new(name, Place(name), $"{{\"mounted\":{mounted},\"uses\":{Directory.GetFiles(Uses(name)).Length}}}");
    }

    private void Require(string name)
    {
        if (!IsKnown(name)) throw new UserError($"Unable to find volume mounted on {Place(name)}", "VolumeDriver.Create makes it known");
    }

    /// <summary>Known with the last of these. While nothing is mounted nobody but us gets into its place.</summary>
    private void Make(string name)
    {
        if (IsKnown(name)) return;
        OwnDirectory.Make(root, 0x1c0 /* 0700 */);
        foreach (string directory in (string[])[Of(name), Place(name), Uses(name)])
            if (sys_stat.mkdir(directory, Private) < 0 && Marshal.GetLastPInvokeError() is not Errno.EEXIST and var errno)
                throw new LinuxException("mkdir", errno, directory);
    }

    /// <summary>A file's name. Old engines have no ids: then all of them are one user.</summary>
    private static string Id(string id)
    {
        if (id.Length == 0) return "_";
        foreach (char c in id)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-') || id.Length > 128)
                throw new UserError($"'{id}': no id", "letters, digits, _ and -");
        return id;
    }
}
