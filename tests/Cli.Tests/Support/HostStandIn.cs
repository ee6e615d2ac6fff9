namespace Minirun.Cli.Tests.Support;

/// <summary>
/// A mount namespace with a /dev, /etc/hosts and /etc/resolv.conf of its own in the place of the machine's: what a container does to "the
/// host's" is seen there, and hurts nobody. Takes root.
/// </summary>
internal static class HostStandIn
{
    private const string Script = """
        dev=$1 run=$2; shift 2
        mount --make-rprivate / && mount -t tmpfs -o mode=755 dev "$dev" && cd "$dev" && umask 0 || exit 99
        mknod null c 1 3; mknod zero c 1 5; mknod full c 1 7; mknod random c 1 8; mknod urandom c 1 9; mknod tty c 5 0; mknod fuse c 10 229
        chmod 666 null zero full random urandom tty fuse
        mkdir pts shm etc; ln -s pts/ptmx ptmx; ln -s /proc/self/fd fd
        mount --bind /dev/pts pts && mount -t tmpfs shm shm
        for f in hosts resolv.conf; do cat /etc/$f >etc/$f; chmod 644 etc/$f; mount --bind etc/$f /etc/$f || exit 99; done
        cd / && mount --bind "$dev" /dev && mount --bind "$dev/pts" /dev/pts && umask 022 || exit 99
        look() { stat -c '%n %d:%i %a %u %g %Y %Z' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fuse /dev/etc/*; }
        look | sed 's/^/BEFORE /'
        sh -c "$run" sh "$@" </dev/null; status=$?
        look | sed 's/^/AFTER /'
        exit $status
        """;

    /// <summary>
    /// Runs a line of shell with "$@"; each file of the stand-in is told before (BEFORE) and after (AFTER): name, device and inode, mode,
    /// owner, times.
    /// </summary>
    public static Result Run(string line, params string[] arguments)
    {
        using var place = new TemporaryDirectory();
        return Minirun.Other("unshare", ["-m", "bash", "-c", Script, "bash", place.Path, line, .. arguments]);
    }
}
