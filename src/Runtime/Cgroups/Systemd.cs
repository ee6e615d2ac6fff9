namespace Minirun.Runtime.Cgroups;

/// <summary>Whether systemd can be asked.</summary>
public static class Systemd
{
    public static bool HasUserBus() => Busctl.IsThere(user: true);

    /// <summary>Whether it runs this machine, also where it cannot be asked.</summary>
    public static bool IsInit() => CgroupFs.Exists("/run/systemd/system") || CgroupFs.Read("/proc/1/comm") == "systemd\n";

    public static bool HasSystemBus() => Busctl.IsThere(user: false);
}
