using Minirun.Runtime;

namespace Minirun.Cli.Engine;

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
                _ => throw new UserError($"--detach-keys {text}: '{parts[i]}' is no key", "write letters or ctrl-LETTER, parted by commas: ctrl-p,ctrl-q"),
            };
    }

    /// <summary>Whether the last of them was among what was typed, after the others.</summary>
    public bool Found(ReadOnlySpan<byte> typed)
    {
        if (_keys.Length == 0) return false;
        foreach (byte key in typed)
        {
            _matched = key == _keys[_matched] ? _matched + 1 : key == _keys[0] ? 1 : 0;
            if (_matched < _keys.Length) continue;
            _matched = 0;
            return true;
        }
        return false;
    }
}
