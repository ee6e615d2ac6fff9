using System.Globalization;
using Minirun.Linux;
using System.Runtime.InteropServices;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Monitor;

/// <summary>The memory of a monitor that has nothing to do: what it needed for work goes back, at most once in a while.</summary>
internal sealed class Pages
{
    private const int Interval = 5000, Pause = 500;   // ms
    private const long Much = 64 * 1024;   // bytes
    private const int Piece = 32 * 1024;   // smaller ones cost memory of the kernel: 0.2 KiB each
    private const int Most = 2048;   // pages that are looked at in one go
    private const ulong Present = 1UL << 63, OfFile = 1UL << 61;   // Documentation/admin-guide/mm/pagemap.rst
    private static readonly int s_size = Environment.SystemPageSize;
    private long _due = long.MaxValue, _allocated;
    private bool _collected;
    private List<(nint Start, nint End)>? _program;

    /// <summary>Milliseconds to the next <see cref="Rest"/> that does something; below 0: none is due.</summary>
    public long Due => _due == long.MaxValue ? -1 : Math.Max(0, _due - Environment.TickCount64);

    /// <summary>Something was done: code that does more than wait has come into memory.</summary>
    public void Used()
    {
        if (_due == long.MaxValue) _due = Environment.TickCount64 + Interval;
    }

    /// <summary>To be called when there is nothing to do.</summary>
    public void Rest()
    {
        if (_due > Environment.TickCount64) return;
        long allocated = GC.GetTotalAllocatedBytes();
        if (!_collected && allocated - _allocated >= Much)
        {
            (_collected, _allocated) = (true, allocated);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            // The finalizer thread has run: it is to be still when pages go.
            _due = Environment.TickCount64 + Pause;
            return;
        }
        (_collected, _due) = (false, long.MaxValue);
        ReleaseFiles();
    }

    /// <summary>
    /// Lets go of those pages of the program that are as they are in its file: code, and data that nobody has written to. They are in the
    /// page cache, shared by all monitors, and what is used again comes back by itself.
    /// </summary>
    private void ReleaseFiles()
    {
        try
        {
            _program ??= Program();
        }
        catch (IOException)
        {
            return;   // no descriptors or memory left: another time
        }
        using Fd pagemap = Fd.TryOpen("/proc/self/pagemap", fcntl.O_RDONLY);
        if (!pagemap.IsOpen) return;   // a kernel without it: the memory is shared all the same
        foreach ((nint start, nint end) in _program) Release(pagemap, start, end);
    }

    /// <summary>
    /// Where the program's file is mapped, found while each segment is one mapping still, and cut: a page cache has pages of up to 2 MiB
    /// (how large, depends on how the file was written and read), and since Linux 6.18 each access maps the whole of such a page, as far as
    /// its mapping goes. So that the few instructions and data of a loop do not bring all back, there are to be many mappings: every other
    /// gets a flag that says nothing about pages that are in memory.
    /// </summary>
    private static List<(nint Start, nint End)> Program()
    {
        List<(nint, nint)> found = [];
        foreach (string line in File.ReadAllText("/proc/self/maps").Split('\n'))
        {
            int dash = line.IndexOf('-'), blank = line.IndexOf(' ');
            if (dash <= 0 || blank < 0 || !line.Contains('/') || line[blank + 4] != 'p') continue;
            if (!nint.TryParse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint start)
                || !nint.TryParse(line.AsSpan(dash + 1, blank - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture,
                    out nint end))
                continue;
            // As one large page it may be mapped on older kernels, too.
            ThisProcess.Advise(start, end - start, sys_mman.MADV_NOHUGEPAGE);
            for (nint at = start; at < end; at += 2 * Piece)
                ThisProcess.Advise(at, Math.Min(Piece, end - at), sys_mman.MADV_RANDOM);
            found.Add((start, end));
        }
        return found;
    }

    private static void Release(int pagemap, nint start, nint end)
    {
        Span<ulong> pages = stackalloc ulong[Most];
        // What this loop itself writes to has become the process's own in the first round, which lets go of nothing; no other thread runs
        // here.
        for (int round = 0; round < 2; round++)
            for (nint from = start; from < end; from += Most * s_size)
            {
                Span<ulong> wanted = pages[..(int)Math.Min(Most, (end - from) / s_size)];
                int count = Io.Read(pagemap, MemoryMarshal.AsBytes(wanted), from / s_size * sizeof(ulong)) / sizeof(ulong);
                for (int first = 0, next; first < count; first = next + 1)
                {
                    for (next = first; next < count && (pages[next] & (Present | OfFile)) == (Present | OfFile);) next++;
                    if (next > first)
                        ThisProcess.Advise(from + (first * s_size), round == 0 ? 0 : (next - first) * s_size, sys_mman.MADV_DONTNEED);
                }
            }
    }
}
