using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Scripts;

namespace Minirun.Runtime.Cgroups;

/// <summary>Calls systemd through its own busctl(1): a static program cannot load libsystemd.</summary>
internal static unsafe class Busctl
{
    private const string Manager = "org.freedesktop.systemd1.Manager";

    /// <summary>Whether there is a bus with somebody to ask.</summary>
    public static bool IsThere(bool user) =>
        Find() is not null && CgroupFs.Exists(user ? UserBus() : "/run/dbus/system_bus_socket")
            && (user || CgroupFs.Exists("/run/systemd/system"));

    /// <summary>Calls a method of systemd's manager. Null when it went well; else what busctl said.</summary>
    public static string? Call(bool user, string method, IReadOnlyList<string> arguments)
    {
        if (Find() is not { } program) return "busctl is not here";
        string[] words =
        [
            "busctl", user ? "--user" : "--system", "--quiet", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1", Manager,
                method, .. arguments,
        ];
        int output = (int)LinuxException.Check(sys_mman.memfd_create("busctl", sys_mman.MFD_CLOEXEC), "memfd_create");
        using var script = new ScriptWriter();
        // It may have to wait for the bus, and would go on holding what is our caller's when we are killed.
        for (int fd = 0; fd < 3; fd++) script.Add(0, sys_syscall.SYS_dup3, output, fd, 0);
        script.Add(0, sys_syscall.SYS_execve, script.Text(program), script.Array(words), script.Array(Environment(user)));
        (int child, int pidfd) = script.Clone(0, -1, PlanMode.Quiet);
        unistd.close(pidfd);
        int status = ExitStatus.Wait(child);
        string said = CgroupFs.Read("/proc/self/fd/" + output) ?? "";
        unistd.close(output);
        return status == 0 ? null : said.Trim() is { Length: > 0 } text ? text : "busctl ended with status " + ExitStatus.Code(status);
    }

    private static string? Find() =>
        CgroupFs.Exists("/usr/bin/busctl") ? "/usr/bin/busctl" : CgroupFs.Exists("/bin/busctl") ? "/bin/busctl" : null;

    private static string RuntimeDirectory() =>
        stdlib.Variable("XDG_RUNTIME_DIR") is { Length: > 0 } directory ? directory : "/run/user/" + unistd.geteuid();

    private static string UserBus() =>
        stdlib.Variable("DBUS_SESSION_BUS_ADDRESS") is { } address && address.StartsWith("unix:path=", StringComparison.Ordinal)
            ? address["unix:path=".Length..].Split(',', ';')[0]
            : RuntimeDirectory() + "/bus";

    private static string[] Environment(bool user) =>
        user
            ? ["PATH=/usr/bin:/bin", "LC_ALL=C", "XDG_RUNTIME_DIR=" + RuntimeDirectory(), "DBUS_SESSION_BUS_ADDRESS=unix:path=" + UserBus()]
            : ["PATH=/usr/bin:/bin", "LC_ALL=C"];
}
