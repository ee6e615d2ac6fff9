using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace Minirun.Fuzz;

/// <summary>
/// Many changed inputs, one after the other. Number N is made from the random numbers of seed FUZZ_SEED + N, so what a failure prints
/// brings that one back; FUZZ_CASES says how many there are.
/// </summary>
internal static class FuzzRun
{
    private const int Longest = 1000, MostMemory = 256 << 20, Shown = 3000;

    public static readonly int Seed = Number("FUZZ_SEED") ?? 1;

    public static int Cases(int usual) => Number("FUZZ_CASES") ?? usual;

    /// <param name="usual">How many, unless FUZZ_CASES says otherwise.</param>
    /// <param name="make">The input for some random numbers.</param>
    /// <param name="use">Takes it, or throws.</param>
    /// <param name="refusal">Null when that is how it is to be refused; else what is wrong with it.</param>
    /// <returns>How many were taken.</returns>
    public static int Each(int usual, Func<Random, byte[]> make, Action<byte[]> use, Func<Exception, string?> refusal)
    {
        int taken = 0, cases = Cases(usual);
        for (int i = 0; i < cases; i++)
        {
            byte[] input = make(new Random(Seed + i));
            if (Wrong(input, use, refusal, out bool refused) is { } wrong)
                Assert.Fail(
                    $"FUZZ_SEED={Seed + i} FUZZ_CASES=1 brings it back: {wrong}\n--- the input, {input.Length} bytes\n{Text(input)}");
            if (!refused) taken++;
        }
        return taken;
    }

    private static string? Wrong(byte[] input, Action<byte[]> use, Func<Exception, string?> refusal, out bool refused)
    {
        refused = false;
        // On a busy machine time passes for other reasons, too.
        for (int attempt = 0; ; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread(), started = Stopwatch.GetTimestamp();
            try
            {
                use(input);
            }
            catch (Exception error)
            {
                refused = true;
                if (refusal(error) is { } wrong) return $"{wrong}\n{error}";
            }
            long took = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds, memory = GC.GetAllocatedBytesForCurrentThread() - before;
            if (memory > MostMemory) return $"it took {memory} bytes of memory";
            if (took <= Longest) return null;
            if (attempt == 4) return $"it took {took} ms";
        }
    }

    public static string Text(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        return text.Length <= Shown ? text : text[..(Shown / 2)] + "\n[…]\n" + text[^(Shown / 2)..];
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
