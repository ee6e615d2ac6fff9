using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Logs.Reading;

/// <summary>
/// Reads back what the journald driver has sent, by journalctl: the journal's files are systemd's own, and it knows who may read them.
/// </summary>
/// <param name="id">The container's, in full.</param>
public sealed class JournalReader(string id)
{
    private const int Chunk = 65536, Longest = 1 << 20;   // bytes
    private const int Quiet = 2000;   // ms; what a container sent last is on its way through the journal then
    private readonly JournalEntry _entry = new();

    /// <summary>Tests have a journal of their own.</summary>
    internal static string[] Program { get; set; } = ["journalctl"];

    /// <exception cref="UserError">There is no journalctl, or it fails.</exception>
    public void Read(LogQuery query, LogRecordHandler handler)
    {
        string path = HelperProgram.Find(Program[0])
            ?? throw new UserError("logs: journalctl: not found in PATH",
                "the container's lines are in systemd's journal, which that program reads");
        (Fd output, Fd theirs) = Fd.Pipe();
        using Fd held = output, written = theirs, nothing = Fd.OpenNothing();
        using ChildProgram child = ChildProgram.Start(path, [.. Arguments(query)], [nothing, written, 2], endsWithUs: true);
        written.Dispose();
        bool whole = false;
        try
        {
            whole = Copy(output, query, handler);
        }
        finally
        {
            output.Dispose();
            if (!whole) signal.kill(child.Pid, signal.SIGKILL);
            int status = child.Wait();
            if (whole && status != 0)
                throw new UserError($"logs: journalctl ended with exit code {status}",
                    "its message is above; may you read the journal? Members of the group systemd-journal may");
        }
    }

    private IEnumerable<string> Arguments(LogQuery query)
    {
        foreach (string word in (string[])[.. Program, "--quiet", "--no-pager", "--output=json", "--all"]) yield return word;
        if (query.Follow) yield return "--follow";
        // Following begins with ten lines else.
        if (query.Tail is { } tail) yield return $"--lines={tail}";
        else if (query.Follow) yield return "--no-tail";
        yield return "CONTAINER_ID_FULL=" + id;
    }

    /// <summary>Whether all was read to its end.</summary>
    private bool Copy(int pipe, LogQuery query, LogRecordHandler handler)
    {
        byte[] buffer = new byte[Chunk];
        int filled = 0;
        bool over = false;
        var poller = new Poller();
        PollSource lines = poller.Add(pipe), end = poller.Add(query.EndDescriptor);
        while (true)
        {
            if (!poller.Wait(over ? Quiet : -1)) return false;
            if (end.IsReady)
            {
                over = true;
                end.Descriptor = -1;
            }
            if (!lines.IsReady) continue;
            if (filled == buffer.Length) Array.Resize(ref buffer, filled * 2);
            int count = Io.Read(pipe, buffer.AsSpan(filled));
            if (count <= 0) return true;
            filled += count;
            int taken = 0;
            for (int feed; (feed = buffer.AsSpan(taken, filled - taken).IndexOf((byte)'\n')) >= 0; taken += feed + 1)
                if (!Take(buffer.AsSpan(taken, feed), query, handler)) return false;
            // Not that one line takes all memory: nobody but a stranger writes such.
            if (taken == 0 && filled > Longest * 8) taken = filled;
            buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
            filled -= taken;
        }
    }

    /// <summary>False when no more is wanted.</summary>
    private bool Take(ReadOnlySpan<byte> line, LogQuery query, LogRecordHandler handler)
    {
        if (!_entry.TryParse(line)) return true;
        if (_entry.Record.Time < query.Since) return true;
        return _entry.Record.Time <= query.Until && handler(_entry.Record);
    }
}
