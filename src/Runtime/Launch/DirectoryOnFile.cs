using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Launch;

/// <summary>
/// A mount of a directory on a file, or the reverse. move_mount(2) says EINVAL where mount(2) says ENOTDIR, and has no other reason for it
/// that a plan of ours could give. Clients, docker among them, look for the words of ENOTDIR.
/// </summary>
internal static class DirectoryOnFile
{
    public static bool Is(Operation operation, Report report) =>
        operation.Code is OpCode.Bind or OpCode.MountFs or OpCode.Mask or OpCode.Device or OpCode.CgroupBind
        && (report.Errno == Errno.EINVAL
            ? report.Call == sys_syscall.SYS_move_mount
            : report.Errno == Errno.ENOTDIR && report.Call == sys_syscall.SYS_mount);

    /// <param name="what">Which mount could not be made.</param>
    /// <param name="operation">The same.</param>
    public static UserError Explain(string what, Operation operation) => new(
        what + ": not a directory: "
        + (operation.Code == OpCode.MountFs ? "a file is there" : "one of the two is a directory, the other a file"),
        "are you mounting a directory onto a file (or vice-versa)? Check that "
        + (operation.Code == OpCode.MountFs
            ? $"{operation.Path} is a directory in the root file system"
            : $"the host's path is there, and that it and {operation.Path} are of one type"));
}
