using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Logs.Reading;

/// <summary>Reads what the json-file driver has written, the rotated and compressed files too, while it may be going on writing.</summary>
public sealed class LogReader(string path)
{
    private readonly LogRecordParser _parser = new();
    private long _last = long.MinValue;
    private int _skipped;

    /// <summary>Lines that were no records: torn by a crash, or not written by us.</summary>
    public int Skipped => _skipped;

    /// <summary>Hands over all records that are wanted, in the order in which they were written.</summary>
    /// <exception cref="UserError">The log cannot be read.</exception>
    public void Read(LogQuery query, LogRecordHandler handler)
    {
        try
        {
            using var follower = query.Follow ? new LogFollower(path, query.EndDescriptor) : null;
            LogSegment? current = ReadAll(query, handler, out bool goesOn);
            if (follower is not null && goesOn) Follow(current, follower, query, handler);
            else current?.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: {Errno.Describe(DotNetError.Number(error) ?? Errno.EIO)}", "is it a file that you may read?");
        }
    }

    /// <returns>The youngest file, at its end.</returns>
    private LogSegment? ReadAll(LogQuery query, LogRecordHandler handler, out bool goesOn)
    {
        List<LogSegment> segments = LogSegment.All(path);
        int first = query.Tail is { } tail ? SeekTail(segments, tail) : 0;
        goesOn = true;
        for (int index = 0; index < segments.Count; index++)
        {
            if (index >= first && goesOn) goesOn = ReadRest(segments[index], query, handler);
            if (index < segments.Count - 1) segments[index].Dispose();
        }
        return segments.Count == 0 ? null : segments[^1];
    }

    private static int SeekTail(List<LogSegment> segments, int wanted)
    {
        int index = segments.Count;
        while (index > 0 && (wanted > 0 || index == segments.Count)) wanted -= segments[--index].SeekTail(wanted);
        return index;
    }

    private void Follow(LogSegment? current, LogFollower follower, LogQuery query, LogRecordHandler handler)
    {
        try
        {
            for (bool isOver = false; ;)
            {
                if (current is not null && !ReadRest(current, query, handler)) return;
                if (follower.Next(current) is { } next)
                {
                    // Once more: lines may have come between our reading and the rotation.
                    if (current is not null && !ReadRest(current, query, handler)) return;
                    current?.Dispose();
                    current = next;
                    if (!follower.HasGap) continue;
                    current.Dispose();
                    current = ReadAll(query with { Tail = null, Since = Math.Max(query.Since, _last + 1) }, handler, out bool goesOn);
                    if (!goesOn) return;
                    continue;
                }
                if (isOver) return;
                isOver = follower.Wait();
            }
        }
        finally
        {
            current?.Dispose();
        }
    }

    /// <returns>False when no more is wanted.</returns>
    private bool ReadRest(LogSegment segment, LogQuery query, LogRecordHandler handler)
    {
        int tooLong = segment.Lines.Skipped;
        try
        {
            while (segment.Lines.TryRead(out ReadOnlySpan<byte> line))
            {
                if (!_parser.TryParse(line, out LogRecord record))
                {
                    if (line.Length > 0) _skipped++;
                    continue;
                }
                _last = record.Time;
                if (record.Time < query.Since) continue;
                if (record.Time > query.Until || !handler(record)) return false;
            }
        }
        catch (InvalidDataException)
        {
            // A .gz that is none, or only the beginning of one.
            _skipped++;
        }
        _skipped += segment.Lines.Skipped - tooLong;
        return true;
    }
}
