using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Cli.Run;

/// <summary>
/// The files that --pidfile, --cidfile and --name ask for. A name is a file that is locked while its container lives: the kernel drops the lock
/// of a minirun that was killed, so nothing stale can hold a name.
/// </summary>
internal sealed unsafe class RunRecords : IDisposable
{
    private readonly RunOptions _options;
    private readonly string _id = RandomId.New();
    private string? _nameFile;
    private int _lock = -1;
    private CidFile? _cidFile;

    private RunRecords(RunOptions options) => _options = options;

    /// <summary>Null when nothing is to be recorded.</summary>
    /// <exception cref="UserError">The name is taken, or a file cannot be written.</exception>
    public static RunRecords? Open(RunOptions options)
    {
        if (options.PidFile is null && options.CidFile is null && options.Name is null) return null;
        var records = new RunRecords(options);
        try
        {
            if (options.Name is { } name) records.TakeName(name);
            records._cidFile = CidFile.Make(options.CidFile);
            records._cidFile?.Write(records._id);
            return records;
        }
        catch
        {
            records.Dispose();
            throw;
        }
    }

    /// <summary>The command runs: its pid is known.</summary>
    public void Started(int pid)
    {
        if (_options.PidFile is { } file) WriteWhole(file, pid + "\n", "--pidfile");
        if (_nameFile is not null) WriteLocked($"{{\"id\":\"{_id}\",\"name\":\"{_options.Name}\",\"pid\":{pid}}}\n");
    }

    /// <summary>It has run: one that never did leaves no id behind (docker does the same).</summary>
    public void Ended() => _cidFile?.Keep();

    public void Dispose()
    {
        _cidFile?.Dispose();
        if (_lock >= 0)
        {
            unistd.unlink(_nameFile!);
            unistd.close(_lock);
        }
    }

    private void TakeName(string name)
    {
        if (name.Length > 128 || !char.IsAsciiLetterOrDigit(name.FirstOrDefault()) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            throw new UserError($"--name '{name}': no container name", "a letter or digit, then letters, digits, _ . and -");
        string directory = RuntimeDirectory();
        _nameFile = Path.Combine(directory, name);
        // Whoever held the lock may have removed the file between our open and our lock: then ours is not the file that others see.
        for (; ; unistd.close(_lock))
        {
            _lock = fcntl.open(_nameFile, fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC, 0x180 /* 0600 */);
            if (_lock < 0) throw new UserError($"--name {name}: {_nameFile}: {Errno.Describe(Marshal.GetLastPInvokeError())}", "the directory must belong to you: see XDG_RUNTIME_DIR");
            if (sys_file.flock(_lock, sys_file.LOCK_EX | sys_file.LOCK_NB) < 0)
            {
                unistd.close(_lock);
                _lock = -1;
                throw new UserError($"--name {name}: the name is in use by a running container", "choose another name, or end that container");
            }
            if (IsStillThere()) return;
        }
    }

    private bool IsStillThere()
    {
        statx held, seen;
        return sys_stat.statx_(_lock, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &held) == 0
            && sys_stat.statx_(fcntl.AT_FDCWD, _nameFile!, fcntl.AT_SYMLINK_NOFOLLOW, sys_stat.STATX_BASIC_STATS, &seen) == 0
            && held.stx_ino == seen.stx_ino;
    }

    /// <summary>$XDG_RUNTIME_DIR/minirun/names, root's /run/minirun/names; made 0700, and refused when it is not ours.</summary>
    private static string RuntimeDirectory()
    {
        uint uid = unistd.geteuid();
        string? runtime = stdlib.Variable("XDG_RUNTIME_DIR");
        string parent = uid == 0 ? "/run/minirun" : string.IsNullOrEmpty(runtime) ? $"/tmp/minirun-{uid}" : Path.Combine(runtime, "minirun");
        string directory = Path.Combine(parent, "names");
        const uint mode = 0x1c0 /* 0700 */;
        try
        {
            OwnDirectory.Make(parent, mode);
            OwnDirectory.Make(directory, mode);
        }
        catch (LinuxException)
        {
            throw new UserError($"--name: cannot make {directory}", "set XDG_RUNTIME_DIR to a directory of your own");
        }
        statx status;
        if (sys_stat.statx_(fcntl.AT_FDCWD, parent, fcntl.AT_SYMLINK_NOFOLLOW, sys_stat.STATX_BASIC_STATS, &status) < 0
            || status.stx_uid != uid || (status.stx_mode & sys_stat.S_IFMT) != sys_stat.S_IFDIR || (status.stx_mode & 0x12 /* 0022 */) != 0)
            throw new UserError($"--name: {parent} is not a directory of yours alone", "remove it, or set XDG_RUNTIME_DIR");
        return directory;
    }

    private static void WriteWhole(string path, string text, string flag)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        int fd = fcntl.open(temporary, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_TRUNC | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC, 0x1a4 /* 0644 */);
        if (fd < 0) throw new UserError($"{flag} {path}: {Errno.Describe(Marshal.GetLastPInvokeError())}", "check the directory");
        WriteTo(fd, text);
        unistd.close(fd);
        if (unistd.rename(temporary, path) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            unistd.unlink(temporary);
            throw new UserError($"{flag} {path}: {Errno.Describe(errno)}", "check the path");
        }
    }

    private void WriteLocked(string text) => WriteTo(_lock, text);

    private static void WriteTo(int fd, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        fixed (byte* pointer = bytes)
            LinuxException.Check(unistd.write(fd, pointer, bytes.Length), "write");
    }
}
