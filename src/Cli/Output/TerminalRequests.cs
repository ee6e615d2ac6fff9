namespace Minirun.Cli.Output;

/// <summary>
/// Takes out of a container's output what a terminal answers to (where is the cursor, who are you, which colour, tell me of the mouse):
/// where the container does
/// not read our terminal, the answer would be typed into the shell that comes after us. All else stays byte by byte: colours, titles,
/// images. See ECMA-48,
/// and ctlseqs of xterm.
/// </summary>
internal sealed class TerminalRequests
{
    /// <summary>A sequence that is longer is an image or a clipboard, or no sequence.</summary>
    public const int MostHeld = 4096;

    private const byte Enquiry = 0x05, Bell = 0x07, Cancel = 0x18, Substitute = 0x1a, Escape = 0x1b, Delete = 0x7f, FirstOfC1 = 0xc2;
    private readonly List<byte> _held = [];
    private State _state;

    /// <summary>
    /// '[' of a control sequence, ']', 'P' or '_' of a control string: as behind ESC, where the other forms of the same have others.
    /// </summary>
    private byte _kind;

    /// <summary>Bytes of a character of UTF-8 that are still to come: 0x9b among them begins nothing.</summary>
    private int _following;

    private enum State
    {
        Text,
        FirstOfC1,
        Escape,
        Sequence,
        String,

        /// <summary>A string that is too long to be held, and goes, or is left out.</summary>
        LongString,
        DroppedString,
    }

    /// <summary>Of what goes to this descriptor; null where that is no terminal, to which all goes as it is.</summary>
    public static TerminalRequests? Of(int fd) => new Screen(fd).IsTerminal ? new TerminalRequests() : null;

    /// <summary>Puts what is to be shown into <paramref name="shown"/>, which has room for <see cref="MostHeld"/> more.</summary>
    public int Filter(ReadOnlySpan<byte> written, Span<byte> shown)
    {
        int count = 0;
        foreach (byte each in written) Take(each, shown, ref count);
        return count;
    }

    private void Take(byte each, Span<byte> shown, ref int count)
    {
        switch (_state)
        {
            case State.Text:
                TakeText(each, shown, ref count);
                return;
            case State.FirstOfC1:
                _following = 0;
                if (each is >= 0x80 and < 0xa0)
                {
                    Begin(each, (byte)(each - 0x40), shown, ref count);
                    return;
                }
                Release(shown, ref count);
                if (each is >= 0xa0 and < 0xc0) Show(each, shown, ref count);
                else TakeText(each, shown, ref count);
                return;
        }
        if (_state >= State.String) TakeString(each, shown, ref count);
        else if (each is Cancel or Substitute) Drop();
        else if (each == Escape) Begin(each);
        // These do at once what they always do, and the sequence goes on.
        else if (each < 0x20) Show(each, shown, ref count);
        else if (_state == State.Escape) TakeEscape(each, shown, ref count);
        else TakeSequence(each, shown, ref count);
    }

    private void TakeText(byte each, Span<byte> shown, ref int count)
    {
        bool follows = _following > 0 && each is >= 0x80 and < 0xc0;
        _following = follows ? _following - 1 : each switch { < 0xc0 => 0, < 0xe0 => 1, < 0xf0 => 2, _ => 3 };
        if (each == Escape) Begin(each);
        else if (each == FirstOfC1)
        {
            Hold(each);
            _state = State.FirstOfC1;
        }
        else if (!follows && each is >= 0x80 and < 0xa0) Begin(each, (byte)(each - 0x40), shown, ref count);
        else Show(each, shown, ref count);
    }

    private void Begin(byte escape)
    {
        Drop();
        Hold(escape);
        _state = State.Escape;
    }

    /// <summary>What stands behind ESC, or the one character that means both.</summary>
    private void Begin(byte each, byte kind, Span<byte> shown, ref int count)
    {
        _following = 0;
        _kind = kind;
        if (kind == 'Z') Drop();
        else if (kind is (byte)'[' or (byte)']' or (byte)'P' or (byte)'_' or (byte)'^' or (byte)'X')
        {
            Hold(each);
            _state = kind == '[' ? State.Sequence : State.String;
        }
        else Release(each, shown, ref count);
    }

    private void TakeEscape(byte each, Span<byte> shown, ref int count)
    {
        if (each < 0x30 && _held.Count < MostHeld) Hold(each);
        else if (_held.Count == 1) Begin(each, each, shown, ref count);
        else Release(each, shown, ref count);
    }

    private void TakeSequence(byte each, Span<byte> shown, ref int count)
    {
        if (each < 0x40)
        {
            if (_held.Count < MostHeld) Hold(each);
        }
        else if (each > Delete)
        {
            // No terminal makes a sequence of it.
            Drop();
            TakeText(each, shown, ref count);
        }
        else if (each < Delete && !Requests.IsSequence(Inside, each)) Release(each, shown, ref count);
        else if (each < Delete) Drop();
    }

    /// <summary>Ends with BEL, ST, or an escape that begins something else.</summary>
    private void TakeString(byte each, Span<byte> shown, ref int count)
    {
        bool ends = each is Bell or Cancel or Substitute or Escape || (each == 0x9c && _following == 0);
        _following = each switch { < 0xc0 => Math.Max(_following - 1, 0), FirstOfC1 => 0, < 0xe0 => 1, < 0xf0 => 2, _ => 3 };
        bool isKnown = _state == State.String && (ends || _held.Count == MostHeld);
        bool drops = _state == State.DroppedString || (isKnown && Requests.IsString(_kind, Inside.TrimEnd(FirstOfC1), ends));
        if (ends)
        {
            if (drops) Drop();
            else if (each != Escape) Release(each, shown, ref count);
            else Release(shown, ref count);
            // The rest of ST, or something new.
            if (each == Escape) Begin(each);
            else _state = State.Text;
            return;
        }
        if (_state == State.String && _held.Count < MostHeld)
        {
            Hold(each);
            return;
        }
        if (drops)
        {
            _held.Clear();
            _state = State.DroppedString;
            return;
        }
        Release(each, shown, ref count);
        _state = State.LongString;
    }

    /// <summary>What is held, but for how it begins.</summary>
    private ReadOnlySpan<byte> Inside
    {
        get
        {
            ReadOnlySpan<byte> held = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_held);
            return held[(held[0] is Escape or FirstOfC1 ? 2 : 1)..];
        }
    }

    private void Hold(byte each) => _held.Add(each);

    private void Drop()
    {
        _held.Clear();
        _state = State.Text;
    }

    private void Release(byte last, Span<byte> shown, ref int count)
    {
        Release(shown, ref count);
        Show(last, shown, ref count);
    }

    private void Release(Span<byte> shown, ref int count)
    {
        foreach (byte each in _held) shown[count++] = each;
        Drop();
    }

    private static void Show(byte each, Span<byte> shown, ref int count)
    {
        if (each != Enquiry) shown[count++] = each;
    }
}
