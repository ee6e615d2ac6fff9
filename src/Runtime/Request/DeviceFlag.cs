using Minirun.Linux;

namespace Minirun.Runtime.Request;

/// <summary>
/// --device HOST[:CONTAINER][:rwm]: a node of the host is bound; access narrower than that is kept by the devices cgroup.
/// </summary>
internal readonly record struct DeviceFlag(string Text, string Source, string Destination, string Access)
{
    /// <summary>Making nodes (m) every container may: a node alone opens nothing.</summary>
    public bool IsNarrow => !Access.Contains('r') || !Access.Contains('w');

    /// <exception cref="UserError">It is not of this form.</exception>
    public static DeviceFlag Parse(string text)
    {
        string[] parts = text.Split(':');
        string source = parts[0], destination = parts.Length > 1 && parts[1].StartsWith('/') ? parts[1] : parts[0];
        string access = parts.Length > 1 && !parts[^1].StartsWith('/') ? parts[^1] : "rwm";
        if (parts.Length > 3 || !source.StartsWith('/') || access.Length == 0 || access.Any(c => !"rwm".Contains(c)))
            throw new UserError($"--device {text}: not HOST[:CONTAINER][:rwm]", "such as --device /dev/fuse or --device /dev/kvm:/dev/kvm");
        return new DeviceFlag(text, source, destination, access);
    }

    /// <summary>What of reading and writing it may not.</summary>
    public string Denied => (Access.Contains('r') ? "" : "r") + (Access.Contains('w') ? "" : "w");

    public void CheckNode(Host host)
    {
        if (host.FileType(Source) is not (sys_stat.S_IFCHR or sys_stat.S_IFBLK))
            throw new UserError($"--device {Source}: no such device on the host", "see `ls -l /dev`");
    }

    /// <summary>null, zero, full, random, urandom; tty, ptmx; pseudo-terminals (config-linux.md, "Default Devices").</summary>
    public static bool IsEverybodys(uint major, uint minor) => (major, minor) is (1, 3 or 5 or 7 or 8 or 9) or (5, 0 or 2) or (136, _);
}
