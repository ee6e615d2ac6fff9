using System.Text;
using Minirun.Engine.Logs;
using Minirun.Linux;

namespace Minirun.Bench.LogPipe;

/// <summary>
/// logpipe DRIVER PATH [OPTION=VALUE...]: stdin through copier and driver, as a monitor does it, and nothing else. Prints what that took:
/// seconds, seconds of processor time, KiB resident.
/// </summary>
internal static unsafe class Program
{
    private static int Main(string[] arguments)
    {
        Dictionary<string, string> options = [];
        foreach (string option in arguments[2..]) LogConfig.Add(options, option);
        var log = new ContainerLog(new LogConfig(arguments[0], options),
            new LogContext { Id = "0123456789abcdef", Name = "bench", LogPath = arguments[1] });
        byte[] buffer = new byte[64 * 1024];
        long began = 0;
        pollfd* ready = stackalloc pollfd[2];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                ready[0] = new pollfd { fd = log.IsBehind ? -1 : 0, events = poll.POLLIN };
                ready[1] = new pollfd { fd = log.Descriptor, events = log.Events };
                _ = poll.poll_(ready, 2, log.Due);
                if (began == 0) began = time.Nanoseconds(time.CLOCK_MONOTONIC);
                if (ready[0].revents == 0)
                {
                    log.Work();
                    continue;
                }
                nint length = unistd.read(0, start, buffer.Length);
                if (length <= 0) break;
                log.Feed(LogSource.Stdout, buffer.AsSpan(0, (int)length));
            }
        }
        log.Close();
        Report(time.Nanoseconds(time.CLOCK_MONOTONIC) - began, log);
        return log.Lost == 0 ? 0 : 1;
    }

    private static void Report(long nanoseconds, ContainerLog log)
    {
        string status = File.ReadAllText("/proc/self/status"), stat = File.ReadAllText("/proc/self/stat");
        string resident = status.Split('\n').First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        string[] words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double processor = (int.Parse(words[11]) + int.Parse(words[12])) / 100.0;
        byte[] text = Encoding.ASCII.GetBytes($"{nanoseconds / 1e9:0.000} {processor:0.00} {resident} {log.Lost}\n");
        fixed (byte* start = text) _ = unistd.write(1, start, text.Length);
    }
}
