using System.Buffers.Binary;

namespace Minirun.Runtime.Spec;

/// <summary>struct sched_attr of &lt;linux/sched/types.h&gt;: sched_setattr(2).</summary>
internal static class SchedulerAttributes
{
    private const int Size = 48, SizeWithClamps = 56;
    private const ulong Clamps = 0x60;

    private static readonly string[] s_policies =
        ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"];

    private static readonly string[] s_flags =
        ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS",
            "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX"];

    /// <summary>-1: there is no such policy.</summary>
    public static int Policy(string name) => Array.IndexOf(s_policies, name);

    /// <summary>The number of a flag's bit; -1: there is no such flag.</summary>
    public static int Flag(string name) => Array.IndexOf(s_flags, name);

    public static byte[] Encode(OciScheduler scheduler)
    {
        ulong flags = 0;
        foreach (string name in scheduler.Flags ?? []) flags |= 1UL << Flag(name);
        byte[] bytes = new byte[(flags & Clamps) != 0 ? SizeWithClamps : Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Policy(scheduler.Policy));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), flags);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), scheduler.Nice);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), scheduler.Priority ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), scheduler.Runtime ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), scheduler.Deadline ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), scheduler.Period ?? 0);
        return bytes;
    }
}
