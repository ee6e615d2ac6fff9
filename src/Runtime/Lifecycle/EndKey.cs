using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.termios_;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// The end of input as a terminal has it: a key, Ctrl-D. One that waits while a program changes between lines and single keys, as a shell
/// that edits its lines does, is no key any more when it is read (n_tty_set_termios in drivers/tty/n_tty.c): it has to be typed again.
/// </summary>
public struct EndKey
{
    public const byte Code = 4;
    private bool _isTyped, _inLines;

    /// <summary>It was written to the terminal's master.</summary>
    public void Typed(int master) => (_isTyped, _inLines) = (true, IsInLines(master));

    /// <summary>Whether it was typed before such a change. A program that changes mostly writes something then, such as a prompt.</summary>
    public readonly bool IsLost(int master) => _isTyped && IsInLines(master) != _inLines;

    private static bool IsInLines(int master) => Terminal.TryGet(master, out termios settings) && (settings.c_lflag & ICANON) != 0;
}
