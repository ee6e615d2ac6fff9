using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>--detach-keys: letters and ctrl-LETTER, parted by commas. Empty: nothing detaches.</summary>
internal sealed class DetachKeys
{
    private readonly byte[] _keys;
    private int _matched;

    /// <exception cref="UserError">It names no keys.</exception>
    public DetachKeys(string? text)
    {
        string[] parts = (text ?? "ctrl-p,ctrl-q").Split(',', StringSplitOptions.RemoveEmptyEntries);
        _keys = new byte[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            _keys[i] = parts[i] switch
            {
                [var one] when one < 128 => (byte)one,
                ['c', 't', 'r', 'l', '-', var letter] when letter is >= 'a' and <= 'z' or >= '@' and <= '_' => (byte)(letter & 0x1f),
                _ => throw new UserError($"--detach-keys {text}: '{parts[i]}' is not a key",
                    "write letters or ctrl-LETTER, parted by commas: ctrl-p,ctrl-q"),
            };
    }

    /// <exception cref="UserError">It names no keys.</exception>
    public static string Check(string text)
    {
        _ = new DetachKeys(text);
        return text;
    }

    /// <summary>How much more than was typed there may be to pass on.</summary>
    public int MostHeld => Math.Max(_keys.Length - 1, 0);

    /// <summary>
    /// Passes on what was typed, but for the keys themselves. The first of them are held back until it is known what they are: a Ctrl-P
    /// that had reached the shell would have brought its last command back, for the next Enter to run.
    /// </summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="passed">Takes what is to be passed on; has room for <see cref="MostHeld"/> more.</param>
    /// <param name="count">How much that is.</param>
    /// <returns>True when the last of the keys was among it, after the others; what was typed behind it is for nobody.</returns>
    public bool Take(ReadOnlySpan<byte> typed, Span<byte> passed, out int count)
    {
        count = 0;
        foreach (byte key in typed)
        {
            if (_keys.Length == 0)
            {
                passed[count++] = key;
                continue;
            }
            while (_matched > 0 && key != _keys[_matched]) count += Release(passed[count..]);
            if (key != _keys[_matched]) passed[count++] = key;
            else if (++_matched == _keys.Length)
            {
                _matched = 0;
                return true;
            }
        }
        return false;
    }

    /// <summary>The fewest of the keys that are held, such that those left are the first ones again.</summary>
    private int Release(Span<byte> passed)
    {
        int released = 1;
        while (!_keys.AsSpan(released, _matched - released).SequenceEqual(_keys.AsSpan(0, _matched - released))) released++;
        _keys.AsSpan(0, released).CopyTo(passed);
        _matched -= released;
        return released;
    }
}
