namespace Minirun.Runtime.Spec;

/// <summary>Lists of processors, or memory nodes, as cpuset(7) writes them: 0-3,7.</summary>
public static class CpuSet
{
    private const uint Most = 8192;

    /// <summary>A mask of all the processors that any kernel is built for.</summary>
    public const int MostBytes = (int)Most / 8;

    /// <summary>The mask of sched_setaffinity(2), in whole 64-bit words, of <c>--cpuset</c>.</summary>
    /// <exception cref="UserError">The list is not in that form.</exception>
    public static byte[] Parse(string list) => TryParse(list)
        ?? throw new UserError($"--cpuset '{list}': not a list of processors",
            "write numbers and ranges joined by commas, such as 0 or 0-3,7");

    /// <summary>The mask; null when the list is not in that form.</summary>
    public static byte[]? TryParse(string list)
    {
        byte[] mask = new byte[8];
        foreach (string part in list.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !StrictNumber.TryParse(ends[0], out uint first) || !StrictNumber.TryParse(ends[^1], out uint last)
                || first > last || last >= Most)
                return null;
            if (last / 8 >= mask.Length) Array.Resize(ref mask, (int)(last / 64 + 1) * 8);
            for (uint cpu = first; cpu <= last; cpu++) mask[cpu / 8] |= (byte)(1 << (int)(cpu % 8));
        }
        return mask;
    }
}
