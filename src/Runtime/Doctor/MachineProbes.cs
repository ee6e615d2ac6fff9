using Minirun.Linux;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Doctor;

/// <summary>Files that minirun relies on: device nodes, its own program, its directory.</summary>
internal static unsafe class MachineProbes
{
    private static readonly (string Name, uint Major, uint Minor)[] s_devices =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private const uint Unmapped = 65534;

    public static IEnumerable<Probe> Examine(Host host)
    {
        yield return Devices();
        yield return Program(host.Executable);
        yield return RuntimeDirectory(host);
    }

    private static Probe Devices()
    {
        foreach (var (name, major, minor) in s_devices)
        {
            string path = "/dev/" + name;
            string fix = $"as root: rm -f {path}; mknod -m 666 {path} c {major} {minor}";
            if (!Look(path, out statx status)) return new Probe("devices", true, ProbeState.Missing, $"{path} is missing", fix);
            if ((status.stx_mode & sys_stat.S_IFMT) != sys_stat.S_IFCHR || status.stx_rdev_major != major || status.stx_rdev_minor != minor)
                return new Probe("devices", true, ProbeState.Missing, $"{path} is not the device {major}:{minor}", fix);
        }
        return Probe.Ok("devices", true, string.Join(", ", s_devices.Select(each => "/dev/" + each.Name)));
    }

    private static Probe Program(string path)
    {
        const string name = "program";
        if (!Look("/proc/self/exe", out statx status))
            return new Probe(name, true, ProbeState.Missing, "/proc/self/exe cannot be looked at", "as root: mount -t proc proc /proc");
        if ((status.stx_mode & (sys_stat.S_ISUID | sys_stat.S_ISGID)) != 0)
            return new Probe(name, true, ProbeState.Missing, $"{path} is set-user-ID or set-group-ID, which minirun refuses",
                $"chmod u-s,g-s {path}");
        // The kernel gives /proc/PID of a process whose program cannot be read to root: its id maps could not be written.
        if (fcntl.faccessat(fcntl.AT_FDCWD, "/proc/self/exe", unistd.R_OK, fcntl.AT_EACCESS) < 0)
            return new Probe(name, true, ProbeState.Degraded, $"{path} cannot be read by you: the kernel may keep its id maps to root",
                $"chmod a+r {path}");
        if ((status.stx_mode & sys_stat.S_IWOTH) != 0)
            return new Probe(name, true, ProbeState.Degraded, $"{path} can be written by everybody", $"chmod o-w {path}");
        // An owner who has no id here is one outside of the container that we are in.
        return status.stx_uid != 0 && status.stx_uid != unistd.geteuid() && status.stx_uid != Unmapped
            ? new Probe(name, true, ProbeState.Degraded, $"{path} belongs to user {status.stx_uid}, who can change what you run",
                $"as root: chown root: {path}")
            : Probe.Ok(name, true, $"{path}, not set-user-ID, readable, not writable by others");
    }

    private static Probe RuntimeDirectory(Host host)
    {
        const string name = "runtime-directory";
        if (host.Environment("MINIRUN_ROOT") is { Length: > 0 } root)
            return Probe.Ok(name, false, $"{root.TrimEnd('/')}/run (MINIRUN_ROOT)");
        if (host.Uid == 0) return Probe.Ok(name, false, "/run/minirun");
        string? path = host.Environment("XDG_RUNTIME_DIR");
        string fix = $"log in through PAM (ssh, login, machinectl shell), or: export XDG_RUNTIME_DIR=/run/user/{host.Uid}";
        if (string.IsNullOrEmpty(path))
            return new Probe(name, false, ProbeState.Degraded, "XDG_RUNTIME_DIR is not set: what is running is noted on the disk", fix);
        if (!Look(path, out statx status) || (status.stx_mode & sys_stat.S_IFMT) != sys_stat.S_IFDIR)
            return new Probe(name, false, ProbeState.Missing, $"XDG_RUNTIME_DIR={path} is not a directory", fix);
        return status.stx_uid != host.Uid || (status.stx_mode & 0x3f /* 0077 */) != 0
            ? new Probe(name, false, ProbeState.Degraded, $"{path} is not yours alone",
                $"chmod 700 {path}, or set XDG_RUNTIME_DIR to a directory of your own")
            : Probe.Ok(name, false, path);
    }

    private static bool Look(string path, out statx status)
    {
        fixed (statx* buffer = &status) return sys_stat.statx_(fcntl.AT_FDCWD, path, 0, sys_stat.STATX_BASIC_STATS, buffer) == 0;
    }
}
