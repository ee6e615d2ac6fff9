using System.Globalization;
using System.Text;

namespace Minirun.Cli.Tests.Support;

/// <summary>
/// A terminal of our own, as much of a VT220 and xterm as programs here speak (ECMA-48, ctlseqs): bytes in, and a screen to look at. What a
/// person would see and a stream does not show is noted: words that are broken at the edge, lines that begin where the last one ended,
/// modes that are left on.
/// </summary>
internal sealed class Emulator
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly TerminalScreen _screen;
    private readonly StringBuilder _parameters = new();
    private State _state;
    private bool _private;

    public Emulator(int rows, int columns) => _screen = new TerminalScreen(rows, columns);

    private enum State { Ground, Escape, Csi, Text, TextEscape, Charset }

    public TerminalScreen Screen => _screen;

    /// <summary>DEC private modes that are set; 7 (wrap) and 25 (cursor) are from the start.</summary>
    public SortedSet<int> Modes { get; } = [7, 25];

    /// <summary>ESC =: keys of the keypad send other sequences.</summary>
    public bool ApplicationKeypad { get; private set; }

    /// <summary>Titles and other texts for the terminal itself (OSC).</summary>
    public List<string> Titles { get; } = [];

    /// <summary>What is not as a terminal is at the start; empty: nothing.</summary>
    public string Leftovers
    {
        get
        {
            List<string> left = [];
            if (!Modes.SetEquals([7, 25])) left.Add("DEC modes " + string.Join(' ', Modes));
            if (ApplicationKeypad) left.Add("application keypad");
            if (_screen.Attributes.Length > 0) left.Add("SGR " + _screen.Attributes);
            if (_state != State.Ground) left.Add("an unended sequence");
            return string.Join(", ", left);
        }
    }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        char[] chars = new char[bytes.Length + 1];
        int count = _utf8.GetChars(bytes, chars, flush: false);
        foreach (Rune rune in new string(chars, 0, count).EnumerateRunes()) Take(rune);
    }

    public void Feed(string text) => Feed(Encoding.UTF8.GetBytes(text));

    private void Take(Rune rune)
    {
        int c = rune.Value;
        switch (_state)
        {
            case State.Text when c is 0x07 or 0x9c:
                EndText();
                break;
            case State.Text when c == 0x1b:
                _state = State.TextEscape;
                break;
            case State.Text:
                _parameters.Append(rune);
                break;
            case State.TextEscape:
                EndText();
                if (c != '\\') Escape(c);
                break;
            case State.Charset:
                _state = State.Ground;
                break;
            // Controls are carried out also within a sequence (ECMA-48).
            case var _ when c < 0x20 || c == 0x7f:
                Control(c);
                break;
            case State.Escape:
                Escape(c);
                break;
            case State.Csi:
                Csi(c);
                break;
            default:
                Print(rune);
                break;
        }
    }

    private void Print(Rune rune)
    {
        switch (rune.Value)
        {
            case 0x9b: Begin(State.Csi); break;
            case 0x9d or 0x90: Begin(State.Text); break;
            case 0x84: _screen.LineFeed(); break;
            case 0x85: _screen.Column = 0; _screen.LineFeed(); break;
            case 0x8d: _screen.ReverseLineFeed(); break;
            case >= 0x80 and < 0xa0: break;
            default: _screen.Print(rune, wraps: Modes.Contains(7)); break;
        }
    }

    private void Control(int c)
    {
        switch (c)
        {
            case 0x1b: Begin(State.Escape); break;
            case '\b': _screen.Column--; break;
            case '\t': _screen.Column = (_screen.Column / 8 + 1) * 8; break;
            case '\n' or 0x0b or 0x0c: _screen.NewLine(); break;
            case '\r': _screen.Column = 0; break;
            case 0x18 or 0x1a: _state = State.Ground; break;
        }
    }

    private void Escape(int c)
    {
        _state = State.Ground;
        switch (c)
        {
            case '[': Begin(State.Csi); break;
            case ']' or 'P' or '_' or '^' or 'X': Begin(State.Text); break;
            case '(' or ')' or '*' or '+' or '#' or '%' or ' ': _state = State.Charset; break;
            case '=': ApplicationKeypad = true; break;
            case '>': ApplicationKeypad = false; break;
            case '7': _screen.Save(); break;
            case '8': _screen.Restore(); break;
            case 'D': _screen.LineFeed(); break;
            case 'E': _screen.Column = 0; _screen.LineFeed(); break;
            case 'M': _screen.ReverseLineFeed(); break;
            case 'c': Reset(); break;
        }
    }

    private void Csi(int c)
    {
        if (c is >= 0x20 and < 0x40)
        {
            if (c is '?' or '>' or '<' or '=') _private = true;
            else _parameters.Append((char)c);
            return;
        }
        _state = State.Ground;
        int[] numbers = [
            .. _parameters.ToString().Split(';', ':')
                .Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        if (!_private) Carry((char)c, numbers);
        else if (c is 'h') Modes.UnionWith(numbers);
        else if (c is 'l') Modes.ExceptWith(numbers);
    }

    private void Carry(char c, int[] numbers)
    {
        int first = numbers[0], one = Math.Max(1, first), second = numbers.Length > 1 ? numbers[1] : 0;
        switch (c)
        {
            case 'A': _screen.Row -= one; break;
            case 'B' or 'e': _screen.Row += one; break;
            case 'C' or 'a': _screen.Column += one; break;
            case 'D': _screen.Column -= one; break;
            case 'E': _screen.Row += one; _screen.Column = 0; break;
            case 'F': _screen.Row -= one; _screen.Column = 0; break;
            case 'G' or '`': _screen.Column = one - 1; break;
            case 'd': _screen.Row = one - 1; break;
            case 'H' or 'f': (_screen.Row, _screen.Column) = (one - 1, Math.Max(1, second) - 1); break;
            case 'J': _screen.EraseScreen(first); break;
            case 'K': _screen.EraseLine(first); break;
            case 'L': _screen.InsertLines(one); break;
            case 'M': _screen.DeleteLines(one); break;
            case 'P': _screen.DeleteCells(one); break;
            case '@': _screen.InsertCells(one); break;
            case 'X': _screen.EraseCells(one); break;
            case 'S': _screen.Scroll(one); break;
            case 'T': _screen.Scroll(-one); break;
            case 'r': _screen.SetRegion(one - 1, second == 0 ? int.MaxValue : second - 1); break;
            case 's': _screen.Save(); break;
            case 'u': _screen.Restore(); break;
            case 'm': _screen.Select(numbers); break;
        }
    }

    private void Begin(State state)
    {
        _state = state;
        _private = false;
        _parameters.Clear();
    }

    private void EndText()
    {
        Titles.Add(_parameters.ToString());
        _state = State.Ground;
    }

    private void Reset()
    {
        Modes.Clear();
        Modes.UnionWith([7, 25]);
        ApplicationKeypad = false;
        _screen.Reset();
    }
}
