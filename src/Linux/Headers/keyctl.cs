namespace Minirun.Linux;

/// <summary>Constants of &lt;linux/keyctl.h&gt;: keyctl(2).</summary>
public static class keyctl
{
    public const int KEYCTL_JOIN_SESSION_KEYRING = 1;
}
