using Minirun.Linux;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Doctor;

/// <summary>Parts of trials that mount something.</summary>
internal static class FileSystems
{
    /// <summary>Stands for the descriptor of what <see cref="Mount"/> mounted.</summary>
    public const long Mounted = RawCall.Register + 1;

    private const long Context = RawCall.Register;
    private const int FirstStep = 2;

    /// <summary>A directory that is there, to mount things on in a mount namespace of our own.</summary>
    public static string AnyDirectory => Directory.Exists(Path.GetTempPath()) ? Path.GetTempPath() : "/";

    /// <summary>A new file system, mounted nowhere yet; gives the number of the next step.</summary>
    public static int Mount(ScriptWriter script, string type, int attributes, string? flag = null)
    {
        int step = FirstStep;
        script.Add(step++, SYS_fsopen, script.Text(type), sys_mount.FSOPEN_CLOEXEC).Keep = 0;
        if (flag is not null) script.Add(step++, SYS_fsconfig, Context, sys_mount.FSCONFIG_SET_FLAG, script.Text(flag));
        script.Add(step++, SYS_fsconfig, Context, sys_mount.FSCONFIG_CMD_CREATE);
        script.Add(step++, SYS_fsmount, Context, sys_mount.FSMOUNT_CLOEXEC, attributes).Keep = 1;
        return step;
    }

    public static Outcome Try(ulong namespaces, string type, string? flag = null) =>
        Trial.Run(sched.CLONE_NEWUSER | sched.CLONE_NEWNS | namespaces,
            script => Mount(script, type, sys_mount.MOUNT_ATTR_NOSUID | sys_mount.MOUNT_ATTR_NODEV | sys_mount.MOUNT_ATTR_NOEXEC, flag));

    /// <summary>
    /// A tmpfs with the directories lower, upper, work and merged, which overlay wants; gives the number of the next step.
    /// </summary>
    public static int Overlay(ScriptWriter script, string on)
    {
        int step = FirstStep;
        script.Add(step++, SYS_mount, 0, script.Text("/"), 0, sys_mount.MS_REC | sys_mount.MS_PRIVATE);
        script.Add(step++, SYS_mount, script.Text("tmpfs"), script.Text(on), script.Text("tmpfs"));
        foreach (string name in (string[])["lower", "upper", "work", "merged"])
            script.Add(step++, SYS_mkdirat, fcntl.AT_FDCWD, script.Text(Path.Combine(on, name)), 0x1ed /* 0755 */);
        return step;
    }
}
