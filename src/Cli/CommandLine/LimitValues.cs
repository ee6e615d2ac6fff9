using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.CommandLine;

/// <summary>Values of the flags that limit a whole container, docker's forms.</summary>
internal static class LimitValues
{
    private const ulong CpuPeriod = 100_000;

    public static OciMemory Memory(RunOptions options) => Resources(options).Memory ??= new();

    public static OciCpu Cpu(RunOptions options) => Resources(options).Cpu ??= new();

    public static OciBlockIO Io(RunOptions options) => Resources(options).BlockIO ??= new();

    public static void Pids(RunOptions options, string text) =>
        Resources(options).Pids =
            new() { Limit = Values.Number(text, "--pids-limit", -1, int.MaxValue) is var limit && limit == 0 ? -1 : limit };

    /// <summary>Bytes, or a number with b, k, m, g or t; it may have a fraction. -1 is no limit.</summary>
    public static long Size(string text, string flag)
    {
        if (text == "-1") return -1;
        string number = text.TrimEnd('b', 'B');
        int shift =
            number.Length == 0 ? 0 : char.ToLowerInvariant(number[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => 0 };
        if (shift > 0) number = number[..^1];
        return StrictNumber.TryParse(number, out double value) && value > 0 && value * (1L << shift) < long.MaxValue / 2
            ? (long)(value * (1L << shift))
            : throw new UserError($"{flag} {text}: not a size", $"such as {flag} 512m or {flag} 2g");
    }

    /// <summary>--cpus is quota and period in one.</summary>
    public static void Cpus(RunOptions options, string text)
    {
        if (!StrictNumber.TryParse(text, out double cpus) || cpus is < 0.01 or > 100_000)
            throw new UserError($"--cpus {text}: not a number of processors", "such as --cpus 1.5; the least is 0.01");
        OciCpu cpu = Cpu(options);
        (cpu.Quota, cpu.Period) = ((long)(cpus * CpuPeriod), CpuPeriod);
    }

    public static long Quota(string text) => Values.Number(text, "--cpu-quota", -1, int.MaxValue) is var quota and (-1 or >= 1000)
        ? quota
        : throw new UserError($"--cpu-quota {text}: less than 1000 µs",
            "it counts microseconds in each --cpu-period, which is 100000 by default");

    public static string List(string text, string flag) =>
        CpuSet.TryParse(text) is not null
            ? text
            : throw new UserError($"{flag} {text}: not a list of numbers and ranges", $"such as {flag} 0-3,7");

    public static void WeightDevice(RunOptions options, string text)
    {
        (statx device, string number) = Device(text, "--blkio-weight-device");
        (Io(options).WeightDevice ??= []).Add(new()
        {
            Major = device.stx_rdev_major,
            Minor = device.stx_rdev_minor,
            Weight = (ushort)Values.Number(number, "--blkio-weight-device", 10, 1000)
        });
    }

    public static void Throttle(List<OciThrottleDevice> list, string text, string flag)
    {
        (statx device, string rate) = Device(text, flag);
        list.Add(new()
        {
            Major = device.stx_rdev_major,
            Minor = device.stx_rdev_minor,
            Rate = Size(rate, flag) is var size and > 0
                ? (ulong)size
                : throw new UserError($"{flag} {text}: not a rate", $"such as {flag} /dev/sda:10m; without the flag there is no limit")
        });
    }

    public static string Parent(string text) => text.Length > 0 && text.Trim('/').Length > 0 && !text.Split('/').Contains("..")
        ? text
        : throw new UserError($"--cgroup-parent '{text}': no cgroup",
            "such as --cgroup-parent /jobs, or with systemd --cgroup-parent jobs.slice");

    public static void Conf(RunOptions options, string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0 || equals == text.Length - 1)
            throw new UserError($"--cgroup-conf {text}: not FILE=VALUE", "such as --cgroup-conf memory.high=1g");
        (Resources(options).Unified ??= [])[text[..equals]] = text[(equals + 1)..];
    }

    private static OciResources Resources(RunOptions options) => options.Resources ??= new();

    private static (statx Status, string Value) Device(string text, string flag)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !FileStatus.TryRead(text[..colon], out statx status) || (status.stx_mode & sys_stat.S_IFMT) != sys_stat.S_IFBLK)
            throw new UserError($"{flag} {text}: no disk of the host", $"such as {flag} /dev/sda:10m; see lsblk");
        return (status, text[(colon + 1)..]);
    }
}
