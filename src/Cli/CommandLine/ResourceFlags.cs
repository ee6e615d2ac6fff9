using System.Globalization;
using Minirun.Runtime;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.CommandLine;

/// <summary>The limits of update's flags.</summary>
internal static class ResourceFlags
{
    public static OciResources Read(VerbArguments arguments)
    {
        string? cpus = arguments.Text("cpuset-cpus"), mems = arguments.Text("cpuset-mems");
        return new()
        {
            BlockIO = Number(arguments, "blkio-weight") is { } weight
                ? new() { Weight = (ushort)InRange(weight, ushort.MaxValue, "blkio-weight") }
                : null,
            Pids = Number(arguments, "pids-limit") is { } pids ? new() { Limit = pids } : null,
            Memory = new()
            {
                Limit = Size(arguments, "memory"),
                Reservation = Size(arguments, "memory-reservation"),
                Swap = Size(arguments, "memory-swap"),
                Kernel = Size(arguments, "kernel-memory"),
                KernelTcp = Size(arguments, "kernel-memory-tcp"),
            },
            Cpu = new()
            {
                Period = Positive(arguments, "cpu-period"),
                Quota = Number(arguments, "cpu-quota"),
                Burst = Positive(arguments, "cpu-burst"),
                Shares = Positive(arguments, "cpu-share"),
                RealtimePeriod = Positive(arguments, "cpu-rt-period"),
                RealtimeRuntime = Number(arguments, "cpu-rt-runtime"),
                Idle = Number(arguments, "cpu-idle"),
                Cpus = cpus,
                Mems = mems,
            },
        };
    }

    private static long? Size(VerbArguments arguments, string flag) =>
        arguments.Text(flag) is { Length: > 0 } text ? ByteSize.Parse(text, flag) : null;

    private static long? Number(VerbArguments arguments, string flag) =>
        arguments.Text(flag) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : throw UserError.AsRunc($"invalid value for {flag}: '{text}' is not a whole number");

    private static ulong? Positive(VerbArguments arguments, string flag) =>
        Number(arguments, flag) is { } number ? (ulong)InRange(number, long.MaxValue, flag) : null;

    private static long InRange(long number, long maximum, string flag) =>
        number >= 0 && number <= maximum ? number : throw UserError.AsRunc($"invalid value for {flag}: {number} is out of range");
}
