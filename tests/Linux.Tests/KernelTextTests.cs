using System.Text;
using Xunit;

namespace Minirun.Linux.Tests;

public sealed class KernelTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("c3 a9")]                     // é
    [InlineData("e9")]
    [InlineData("61 e9 62 ff fe 80")]
    [InlineData("f0 9f 98 80 e9 f0 9f")]      // an emoji, a byte, half of one
    [InlineData("f4 8f be 80")]               // U+10FF80, which stands for a byte
    [InlineData("f4 8f bf bf f4 90 80 80")]   // U+10FFFF, and what is beyond Unicode
    [InlineData("ed a0 80 c0 af")]            // half of a surrogate pair, and / written too long
    public void Every_name_comes_back_as_it_went(string hex)
    {
        byte[] bytes = hex.Contains(' ') || hex.Length == 2
            ? Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))
            : Encoding.ASCII.GetBytes(hex);
        string text = KernelText.Decode(bytes);
        Assert.Equal(bytes, KernelText.Encode(text));
        Assert.Equal([.. bytes, 0], KernelText.EncodeName(text));
        // Any encoder of .NET's takes it: there is no half of a pair in it.
        Assert.Equal(text, new UTF8Encoding(false, true).GetString(new UTF8Encoding(false, true).GetBytes(text)));
    }

    [Fact]
    public void No_two_names_become_one()
    {
        var random = new Random(1);
        var seen = new Dictionary<string, string>();
        byte[] some = [0x61, 0x80, 0xbe, 0xbf, 0x8f, 0xf4, 0xe9, 0xc3, 0xa9, 0xff];
        for (int i = 0; i < 20000; i++)
        {
            byte[] bytes = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => some[random.Next(some.Length)])];
            string text = KernelText.Decode(bytes), hex = Convert.ToHexString(bytes);
            Assert.Equal(bytes, KernelText.Encode(text));
            Assert.True(seen.TryAdd(text, hex) || seen[text] == hex, hex);
        }
    }

    [Fact]
    public void It_is_shown_as_the_shell_writes_it() =>
        Assert.Equal("caf\\xe9 é", KernelText.Show(KernelText.Decode([0x63, 0x61, 0x66, 0xe9, 0x20, 0xc3, 0xa9])));
}
