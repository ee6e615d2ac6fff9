using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Why a command could not be executed. The kernel says "no such file" for a missing program, a missing ELF interpreter and a missing #!
/// interpreter alike, so the file is looked at, as the container sees it.
/// </summary>
internal static unsafe class ExecFailure
{
    private const int HeadBytes = 4096;

    public static UserError Explain(ProgramOp operation, Report report, int pid)
    {
        string command = operation.Command[0];
        int errno = report.Errno;
        // Said before the root was entered: our eyes would see the host.
        if (report.Call == sys_syscall.SYS_openat2) return NowhereToBe(operation, command);
        int root = OpenRoot($"/proc/{pid}");
        // A child that has entered a user namespace is closed to a user's eyes (ptrace(2), dumpable) until it executes something in there.
        if (root < 0 && operation.ProcDirectory is { } first) root = OpenRoot(first);
        string cwd = ProcFile.ReadLink($"/proc/{pid}/cwd") ?? operation.Directory;
        if (cwd.Length == 0) cwd = "/";
        try
        {
            foreach (string candidate in operation.Candidates.Split('\0', StringSplitOptions.RemoveEmptyEntries))
            {
                string path = candidate.StartsWith('/') ? candidate : $"{cwd.TrimEnd('/')}/{candidate}";
                if (Look(root, path) is { } status) return ForFile(root, command, path, status, errno);
            }
            if (errno == Errno.EACCES) return Refused(command, "permission denied", "the user may not search a directory of its path");
            return Missing(command, Misplaced(command) ?? WhereItIsLookedFor(operation, command));
        }
        finally
        {
            if (root >= 0) unistd.close(root);
        }
    }

    private static UserError Missing(string command, string hint)
    {
        string why = command.Contains('/') ? $"stat {command}: {Errno.Text(Errno.ENOENT)}" : "executable file not found in $PATH";
        return NotFound($"exec: \"{command}\": {why}", hint);
    }

    /// <summary>The commonest mistakes of a command line; null: it is none of them.</summary>
    private static string? Misplaced(string command) =>
        command.StartsWith('-')
            ? "what follows the root file system or the container is the command: flags of minirun go before it"
        : command.Contains(' ')
            ? "the command and its arguments are words of their own, without quotes around all of them; a line for a shell is sh -c '…'"
        : null;

    private static string WhereItIsLookedFor(ProgramOp operation, string command) => command.Contains('/')
        ? "the path is looked up inside the root file system: is it the right one, and is the file there?"
        : $"PATH inside is {PathOf(operation)}; give the full path, or -e PATH=…";

    /// <summary>It is in none of its places in the root file system, in which nothing was made yet.</summary>
    private static UserError NowhereToBe(ProgramOp operation, string command) =>
        Missing(command, Misplaced(command) ?? (command.Contains('/')
            ? $"is {operation.Root} the right root file system? There is no {command} in it"
            : $"{WhereItIsLookedFor(operation, command)}; or is {operation.Root} not the right root file system?"));

    private static UserError ForFile(int root, string command, string path, statx status, int errno)
    {
        int type = status.stx_mode & sys_stat.S_IFMT;
        if (type == sys_stat.S_IFDIR) return Refused(command, "permission denied: it is a directory", "name a program in it");
        if (type != sys_stat.S_IFREG) return Refused(command, "permission denied: not a regular file", "name a program");
        if (errno == Errno.EACCES && (status.stx_mode & 0x49 /* 0111 */) == 0)
            return Refused(command, "permission denied: no execute bit", $"chmod +x {path} in the root file system");
        byte[] head = RootReader.ReadBytes(root, path, HeadBytes) ?? [];
        if (errno == Errno.EACCES) return IsOnNoexecMount(root, path)
            ? Refused(command, "permission denied: it is on a mount that was made noexec", "mount it with the option exec")
            : Refused(command, "permission denied", "the user may not execute it, or may not search a directory of its path");
        return errno switch
        {
            Errno.ENOENT or Errno.ENOTDIR => MissingInterpreter(root, command, head),
            Errno.ENOEXEC => WrongFormat(command, head),
            Errno.ETXTBSY => Refused(command, "text file busy: somebody has it open for writing", "close it first"),
            Errno.E2BIG => Refused(command, "argument list too long", "shorten the arguments and the environment"),
            _ => Refused(command, Errno.Describe(errno), "see execve(2)"),
        };
    }

    private static UserError MissingInterpreter(int root, string command, byte[] head)
    {
        if (head is [(byte)'#', (byte)'!', ..])
        {
            int end = Array.IndexOf(head, (byte)'\n');
            string line = Encoding.UTF8.GetString(head, 2, (end < 0 ? head.Length : end) - 2);
            string interpreter = line.Trim(' ', '\t').Split(' ', '\t')[0];
            if (interpreter.EndsWith('\r'))
                return NotFound(
                    $"exec: \"{command}\": its first line ends in CRLF, so the interpreter is looked for as "
                        + $"\"{interpreter.TrimEnd('\r')}\\r\": {Errno.Text(Errno.ENOENT)}",
                    "convert the script to Unix line ends: sed -i 's/\\r$//' FILE");
            return NotFound($"exec: \"{command}\": its interpreter {interpreter}: {Errno.Text(Errno.ENOENT)}",
                "the #! line names a program that the root file system does not have");
        }
        if (ElfFile.Interpreter(head) is { } loader && Look(root, loader) is null)
            return NotFound($"exec: \"{command}\": its ELF interpreter {loader}: {Errno.Text(Errno.ENOENT)}",
                "the program is dynamically linked for another distribution or libc; add the loader and its libraries to the root file "
                    + "system, or link it statically");
        return NotFound($"exec: \"{command}\": {Errno.Text(Errno.ENOENT)}", "something it needs is missing in the root file system");
    }

    private static UserError WrongFormat(string command, byte[] head)
    {
        if (head.Length == 0)
            return Refused(command, "exec format error: the file is empty", "give a program or a script that starts with #!");
        if (ElfFile.Machine(head) is not { } machine)
            return Refused(command, "exec format error: neither an ELF program nor a script with a #! line",
                "start a script with #!/bin/sh");
        string ours = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        return Refused(command, $"exec format error: it is for {machine}, this machine is {ours}",
            "use a root file system for this machine, or install qemu-user-static and binfmt-support");
    }

    private static int OpenRoot(string process) => fcntl.open(process + "/root", fcntl.O_PATH | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC);

    private static UserError NotFound(string message, string hint) => new(message, hint, UserError.NotFound);

    private static UserError Refused(string command, string why, string hint) =>
        new($"exec: \"{command}\": {why}", hint, UserError.CannotExecute);

    private static statx? Look(int root, string path)
    {
        int fd = root < 0 ? -1 : RootReader.OpenInside(root, path, fcntl.O_PATH);
        if (fd < 0) return null;
        statx status;
        bool known = sys_stat.statx_(fd, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status) == 0;
        unistd.close(fd);
        return known ? status : null;
    }

    private static bool IsOnNoexecMount(int root, string path)
    {
        int fd = RootReader.OpenInside(root, path, fcntl.O_PATH);
        if (fd < 0) return false;
        statfs mount;
        bool noexec = sys_vfs.fstatfs_(fd, &mount) == 0 && (mount.f_flags & sys_vfs.ST_NOEXEC) != 0;
        unistd.close(fd);
        return noexec;
    }

    private static string PathOf(ProgramOp operation) =>
        Array.Find(operation.Environment, entry => entry.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "not set";
}
