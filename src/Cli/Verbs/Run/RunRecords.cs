using Minirun.Engine;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Request;
using Minirun.Runtime.State;

namespace Minirun.Cli.Verbs.Run;

/// <summary>The files that --pidfile, --cidfile and --name ask for.</summary>
internal sealed class RunRecords : IDisposable
{
    private readonly RunOptions _options;
    private readonly string _id = RandomId.New();
    private HeldName? _name;
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
            if (options.Name is { } name) records._name = HeldName.Take(EnginePaths.Default(), name);
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
        _name?.Write(_id, _options.Name!, pid);
    }

    /// <summary>It has run: one that never did leaves no id behind (docker does the same).</summary>
    public void Ended() => _cidFile?.Keep();

    public void Dispose()
    {
        _cidFile?.Dispose();
        _name?.Dispose();
    }

    private static void WriteWhole(string path, string text, string flag)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        using (Fd fd = Fd.TryOpen(temporary, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_TRUNC | fcntl.O_NOFOLLOW, 0x1a4 /* 0644 */))
        {
            if (!fd.IsOpen) throw new UserError($"{flag} {path}: {Errno.Describe(Io.Error)}", "check the directory");
            Io.WriteAll(fd, System.Text.Encoding.UTF8.GetBytes(text));
        }
        if (unistd.rename(temporary, path) < 0)
        {
            int errno = Io.Error;
            unistd.unlink(temporary);
            throw new UserError($"{flag} {path}: {Errno.Describe(errno)}", "check the path");
        }
    }

}
