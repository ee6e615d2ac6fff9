using System.Globalization;
using System.Text;

namespace Minirun.Cli.Tests.Support;

/// <summary>The cells of a terminal, its cursor, and what has scrolled off at the top.</summary>
internal sealed class TerminalScreen(int rows, int columns)
{
    private static readonly Rune s_blank = new(' ');

    private readonly List<string> _history = [];
    private Line[] _lines = [.. Enumerable.Range(0, rows).Select(_ => new Line(columns))];
    private int _row, _column, _top, _bottom = rows - 1;
    private bool _pendingWrap;
    private (int Row, int Column, SortedSet<int> Attributes) _saved = (0, 0, []);
    private SortedSet<int> _attributes = [];

    public int Rows => rows;

    public int Columns => columns;

    /// <summary>Words that did not fit and went on in the next line.</summary>
    public List<string> BrokenWords { get; } = [];

    /// <summary>Lines that were left without going back to the first column: the next one begins in the middle.</summary>
    public List<string> Stairs { get; } = [];

    /// <summary>The graphic rendition that is on, as numbers of SGR.</summary>
    public string Attributes => string.Join(';', _attributes);

    public int Row
    {
        get => _row;
        set => (_row, _pendingWrap) = (Math.Clamp(value, 0, rows - 1), false);
    }

    public int Column
    {
        get => _column;
        set => (_column, _pendingWrap) = (Math.Clamp(value, 0, columns - 1), false);
    }

    /// <summary>The lines that are to be seen, without blanks at their ends.</summary>
    public string[] Visible => Array.ConvertAll(_lines, line => line.Text);

    /// <summary>All that was ever to be seen, up to the last line with something on it.</summary>
    public string[] All => [.. _history.Concat(Visible).Reverse().SkipWhile(line => line.Length == 0).Reverse()];

    public string Text => string.Join('\n', All);

    /// <summary>The rendition of a cell.</summary>
    public string AttributesAt(int row, int column) => _lines[row].Attributes[column];

    public void Print(Rune rune, bool wraps)
    {
        int width = Width(rune);
        if (width == 0) return;
        if (_pendingWrap || _column + width > columns)
        {
            if (wraps) Wrap(rune);
            else _column = columns - width;
        }
        _lines[_row].Set(_column, rune, width, Attributes);
        _column += width;
        _pendingWrap = false;
        if (_column < columns) return;
        // The cursor stays on the last cell until the next character comes (DEC's autowrap).
        (_column, _pendingWrap) = (columns - 1, true);
    }

    /// <summary>A line feed that a program wrote: a terminal's line discipline writes a carriage return before it.</summary>
    public void NewLine()
    {
        if (_column > 0 && _lines[_row].Text.Length > 0) Stairs.Add(_lines[_row].Text);
        LineFeed();
    }

    public void LineFeed()
    {
        _pendingWrap = false;
        if (_row == _bottom) Scroll(1);
        else if (_row < rows - 1) _row++;
    }

    public void ReverseLineFeed()
    {
        _pendingWrap = false;
        if (_row == _top) Scroll(-1);
        else if (_row > 0) _row--;
    }

    /// <summary>The region goes up by so many lines; what leaves the whole screen is history.</summary>
    public void Scroll(int count)
    {
        for (; count > 0; count--)
        {
            if (_top == 0) _history.Add(_lines[0].Text);
            Array.Copy(_lines, _top + 1, _lines, _top, _bottom - _top);
            _lines[_bottom] = new Line(columns);
        }
        for (; count < 0; count++)
        {
            Array.Copy(_lines, _top, _lines, _top + 1, _bottom - _top);
            _lines[_top] = new Line(columns);
        }
    }

    public void SetRegion(int top, int bottom)
    {
        bottom = Math.Min(bottom, rows - 1);
        if (top >= bottom) return;
        (_top, _bottom) = (top, bottom);
        (Row, Column) = (0, 0);
    }

    public void InsertLines(int count) => WithinRegion(() => Scroll(-Math.Min(count, _bottom - _top + 1)));

    public void DeleteLines(int count) => WithinRegion(() => Scroll(Math.Min(count, _bottom - _top + 1)));

    public void InsertCells(int count) => _lines[_row].Insert(_column, Math.Min(count, columns - _column));

    public void DeleteCells(int count) => _lines[_row].Delete(_column, Math.Min(count, columns - _column));

    public void EraseCells(int count) => _lines[_row].Erase(_column, Math.Min(columns, _column + count));

    /// <summary>0: from the cursor on; 1: up to it; 2: all.</summary>
    public void EraseLine(int which)
    {
        _pendingWrap = false;
        _lines[_row].Erase(which == 0 ? _column : 0, which == 1 ? _column + 1 : columns);
    }

    public void EraseScreen(int which)
    {
        EraseLine(which == 3 ? 2 : which);
        for (int row = 0; row < rows; row++)
            if (which >= 2 || (which == 0 ? row > _row : row < _row)) _lines[row].Erase(0, columns);
    }

    public void Save() => _saved = (_row, _column, [.. _attributes]);

    public void Restore() => (Row, Column, _attributes) = (_saved.Row, _saved.Column, [.. _saved.Attributes]);

    public void Select(int[] numbers)
    {
        foreach (int number in numbers)
            if (number == 0) _attributes.Clear();
            else if (number is 22) _attributes.ExceptWith([1, 2]);
            else if (number is >= 23 and <= 29) _attributes.Remove(number - 20);
            else if (number is 39 or 49) _attributes.RemoveWhere(other => other / 10 == number / 10);
            else
            {
                if (number is >= 30 and < 50) _attributes.RemoveWhere(other => other / 10 == number / 10);
                _attributes.Add(number);
            }
    }

    public void Reset()
    {
        _lines = [.. Enumerable.Range(0, rows).Select(_ => new Line(columns))];
        (_row, _column, _top, _bottom, _pendingWrap) = (0, 0, 0, rows - 1, false);
        _attributes.Clear();
    }

    private void Wrap(Rune next)
    {
        string line = _lines[_row].Text;
        if (Rune.IsLetterOrDigit(next) && line.Length > 0 && char.IsLetterOrDigit(line[^1]) && _lines[_row].IsFull) BrokenWords.Add(line);
        _column = 0;
        LineFeed();
    }

    private void WithinRegion(Action act)
    {
        if (_row < _top || _row > _bottom) return;
        int top = _top;
        _top = _row;
        // Lines that are deleted in the middle are no history.
        int known = _history.Count;
        act();
        _history.RemoveRange(known, _history.Count - known);
        (_top, Column) = (top, 0);
    }

    /// <summary>wcwidth(3).</summary>
    private static int Width(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        return rune.Value is >= 0x1100 and <= 0x115f or >= 0x2e80 and <= 0xa4cf or >= 0xac00 and <= 0xd7a3 or >= 0xf900 and <= 0xfaff
            or >= 0xfe30 and <= 0xfe6f or >= 0xff00 and <= 0xff60 or >= 0x1f300 and <= 0x1f64f or >= 0x1f900 and <= 0x1f9ff ? 2 : 1;
    }

    private sealed class Line(int columns)
    {
        private readonly Rune[] _cells = [.. Enumerable.Repeat(s_blank, columns)];

        public string[] Attributes { get; } = [.. Enumerable.Repeat("", columns)];

        public bool IsFull => _cells[columns - 1] != s_blank;

        public string Text
        {
            get
            {
                var text = new StringBuilder();
                // Of a wide character the second cell is nothing.
                foreach (Rune cell in _cells)
                    if (cell.Value != 0) text.Append(cell);
                return text.ToString().TrimEnd(' ');
            }
        }

        public void Set(int column, Rune rune, int width, string attributes)
        {
            _cells[column] = rune;
            if (width == 2) _cells[column + 1] = default;
            for (int i = 0; i < width; i++) Attributes[column + i] = attributes;
        }

        public void Erase(int from, int to)
        {
            for (int column = from; column < to; column++) (_cells[column], Attributes[column]) = (s_blank, "");
        }

        public void Insert(int at, int count)
        {
            Array.Copy(_cells, at, _cells, at + count, columns - at - count);
            Array.Copy(Attributes, at, Attributes, at + count, columns - at - count);
            Erase(at, at + count);
        }

        public void Delete(int at, int count)
        {
            Array.Copy(_cells, at + count, _cells, at, columns - at - count);
            Array.Copy(Attributes, at + count, Attributes, at, columns - at - count);
            Erase(columns - count, columns);
        }
    }
}
