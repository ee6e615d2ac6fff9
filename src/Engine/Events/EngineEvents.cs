using System.Globalization;
using System.Text.Json;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.State;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Events;

/// <summary>
/// The journal of what happened to containers: a file below the engine's root, a line of docker's JSON for each. A line is one write at the
/// file's end, so writers need no lock. Beyond a size the file makes way for a new one, and is kept until that is full.
/// </summary>
public static class EngineEvents
{
    private const ulong Full = 1 << 20;

    /// <summary>Where journals of a root are.</summary>
    public static string DirectoryOf(EnginePaths paths) => paths.Root + "/events";
    internal static string Current(EnginePaths paths) => DirectoryOf(paths) + "/journal";
    internal static string Older(EnginePaths paths) => DirectoryOf(paths) + "/journal.1";

    /// <summary>Hears, once, that the journal could not be written, and why; a monitor has nobody to tell.</summary>
    public static Action<string>? Warn { private get; set; }

    /// <summary>Writes it down. That it cannot be is no reason for what happens not to happen.</summary>
    public static void Add(EngineContainer container, string action, string? key = null, string? value = null)
    {
        try
        {
            Append(container.Paths, Line(container.Config, action, key, value));
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            // A full disk, a limit of file sizes: containers are what matters.
            Warn?.Invoke($"the journal of events misses this: {DotNetError.Describe(error)}");
            Warn = null;
        }
    }

    private static void Append(EnginePaths paths, byte[] line)
    {
        OwnDirectory.Make(DirectoryOf(paths), 0x1c0 /* 0700 */);
        string path = Current(paths);
        using Fd fd = Fd.Open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW, 0x180 /* 0600 */);
        int written = Io.Write(fd, line);
        int errno = written < 0 ? Io.Error : Errno.ENOSPC;
        if (Identity(fd) is { Size: >= Full } full && FileLocks.TryTake(fd, sys_file.LOCK_EX | sys_file.LOCK_NB) == 0
            && Identity(path) is { } now && now.Inode == full.Inode)
            unistd.rename(path, Older(paths));   // another writer that was here first has moved it: then the path is a new file
        if (written != line.Length) throw new LinuxException("write", errno, path);
    }

    private static byte[] Line(ContainerConfig config, string action, string? key, string? value)
    {
        long now = time.Nanoseconds(time.CLOCK_REALTIME);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("status", action);
            json.WriteString("id", config.Id);
            json.WriteString("from", config.Image);
            json.WriteString("Type", "container");
            json.WriteString("Action", action);
            json.WriteStartObject("Actor");
            json.WriteString("ID", config.Id);
            json.WriteStartObject("Attributes");
            foreach (var (name, text) in config.Labels)
                if (name != key && name is not ("image" or "name")) json.WriteString(name, text);
            if (key is not null) json.WriteString(key, value);
            json.WriteString("image", config.Image);
            json.WriteString("name", config.Name);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("scope", "local");
            json.WriteNumber("time", now / 1_000_000_000);
            json.WriteNumber("timeNano", now);
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    internal static (ulong Inode, ulong Size)? Identity(string path) =>
        FileStatus.TryRead(path, out statx file, AT_SYMLINK_NOFOLLOW) ? (file.stx_ino, file.stx_size) : null;

    internal static (ulong Inode, ulong Size)? Identity(int fd) =>
        FileStatus.TryRead(fd, out statx file) ? (file.stx_ino, file.stx_size) : null;

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
