namespace Minirun.Linux;

/// <summary>Constants of &lt;linux/seccomp.h&gt;: seccomp(2).</summary>
public static class seccomp
{
    public const int SECCOMP_SET_MODE_FILTER = 1;
    public const int SECCOMP_GET_ACTION_AVAIL = 2;
    public const uint SECCOMP_RET_USER_NOTIF = 0x7fc00000;
}
