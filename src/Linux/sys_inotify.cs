namespace Minirun.Linux;

/// <summary>Constants of &lt;sys/inotify.h&gt;: inotify(7).</summary>
public static class sys_inotify
{
    public const int IN_MODIFY = 2;
    public const int IN_CLOEXEC = 0x80000;
    public const int IN_NONBLOCK = 0x800;
}
