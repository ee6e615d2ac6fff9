namespace Minirun.Linux;

/// <summary>Whether a directory is the caller's: what others own may be read or changed by them.</summary>
public static unsafe class OwnedDirectory
{
    /// <summary>A directory whose owner we are.</summary>
    public static bool IsOurs(string path)
    {
        statx status;
        return sys_stat.statx_(fcntl.AT_FDCWD, path, 0, sys_stat.STATX_BASIC_STATS, &status) == 0
            && (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFDIR && status.stx_uid == unistd.geteuid();
    }
}
