namespace Minirun.Runtime.Cgroups;

/// <summary>Whether systemd can be asked.</summary>
public static class Systemd
{
    public static bool HasUserBus() => Busctl.IsThere(user: true);

    public static bool HasSystemBus() => Busctl.IsThere(user: false);
}
