using System.Text;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Spec;
using Minirun.Runtime.Tests.Plan;
using Xunit;

namespace Minirun.Runtime.Tests.Spec;

/// <summary>Good documents with a few bytes changed: each is taken, or refused with a message of ours. Never another exception, never a hang.</summary>
public sealed class BundleFuzzTests
{
    private const int Documents = 5000;

    private static readonly string[] s_pieces =
        ["null", "-1", "0", "1e400", "99999999999999999999", "\"\"", "[]", "{}", "true", "\"\\ud800\"", "\"\\u0000\"", ",", "}", "]", "{\"a\":", "[[[[[[[[", "\"/\"", "\"..\"", "\uFEFF"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_changed_document_is_taken_or_refused(int seed)
    {
        var random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < Documents; i++)
        {
            byte[] json = Change(random, Encoding.UTF8.GetBytes(BundleDocuments.Full), seed);
            try
            {
                OciSpec oci = Bundle.Parse(json, "config.json");
                Planner.Build(BundleSpec.From(oci, "/srv", TestHost.Root(), new BundleOptions()), TestHost.Root());
                taken++;
            }
            catch (UserError)
            {
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, document {i}: {error}\n{Encoding.UTF8.GetString(json)}");
            }
        }
        Assert.InRange(taken, 1, Documents - 1);
    }

    internal static byte[] Change(Random random, byte[] json, int kind)
    {
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(json.Length);
            json = kind switch
            {
                1 => Flip(json, at, (byte)random.Next(256)),
                2 => [.. json[..at], .. json[Math.Min(json.Length, at + random.Next(1, 20))..]],
                _ => ReplaceValue(json, at, s_pieces[random.Next(s_pieces.Length)]),
            };
            if (json.Length == 0) return json;
        }
        return json;
    }

    private static byte[] Flip(byte[] json, int at, byte value)
    {
        json[at] = value;
        return json;
    }

    /// <summary>What is between a colon and the next comma becomes something else.</summary>
    private static byte[] ReplaceValue(byte[] json, int at, string piece)
    {
        int start = Array.IndexOf(json, (byte)':', at);
        int end = start < 0 ? -1 : Array.FindIndex(json, start, each => each is (byte)',' or (byte)'}' or (byte)']');
        return end < 0 ? json : [.. json[..(start + 1)], .. Encoding.UTF8.GetBytes(piece), .. json[end..]];
    }
}
