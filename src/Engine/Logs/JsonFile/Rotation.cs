using System.IO.Compression;
using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine.Logs.JsonFile;

/// <summary>
/// Names of rotated files: NAME.1 is the youngest. Each step is one rename or unlink, so that a crash in between loses no file.
/// </summary>
internal static class Rotation
{
    /// <summary>Makes room for a new NAME.</summary>
    public static void Shift(string path, int files, bool compress)
    {
        if (files < 2)
        {
            // Not cut to nothing: who follows it sees that it is another file.
            Remove(path);
            return;
        }
        Remove(Numbered(path, files - 1));
        Remove(Zipped(path, files - 1));
        for (int number = files - 1; number > 1; number--)
        {
            Move(Numbered(path, number - 1), Numbered(path, number));
            Move(Zipped(path, number - 1), Zipped(path, number));
        }
        Move(path, Numbered(path, 1));
        if (compress) Zip(Numbered(path, 1));
    }

    public static string Numbered(string path, int number) => $"{path}.{number}";

    public static string Zipped(string path, int number) => $"{path}.{number}.gz";

    private static void Zip(string path)
    {
        string made = path + ".gz", unfinished = path + ".gz.tmp";
        try
        {
            Compress(path, unfinished);
        }
        catch (IOException)
        {
            // A full disk: then the lines stay as they are.
            Remove(unfinished);
            return;
        }
        Move(unfinished, made);
        Remove(path);
    }

    private static void Compress(string path, string unfinished)
    {
        using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var target = new FileStream(unfinished,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
            });
        using var zip = new GZipStream(target, CompressionLevel.Fastest);
        source.CopyTo(zip, 64 * 1024);
    }

    private static void Move(string from, string to)
    {
        if (unistd.rename(from, to) < 0 && Marshal.GetLastPInvokeError() is not Errno.ENOENT and var errno)
            throw new LinuxException("rename", errno, from);
    }

    private static void Remove(string path)
    {
        if (unistd.unlink(path) < 0 && Marshal.GetLastPInvokeError() is not Errno.ENOENT and var errno)
            throw new LinuxException("unlink", errno, path);
    }
}
