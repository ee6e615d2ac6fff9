using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Cli.Output;

/// <summary>
/// A standard stream as whoever reads it sees it. All that depends on a terminal asks here, and asks the stream that is written to.
/// </summary>
internal readonly struct Screen(int fd)
{
    public static Screen Out => new(1);

    public static Screen Error => new(2);

    public bool IsTerminal => unistd.isatty(fd) == 1;

    /// <summary>Its width in characters; null where it is no terminal, or one that does not say.</summary>
    public int? Columns => Terminal.TryGetSize(fd, out _, out ushort columns) && columns > 0 ? columns : null;

    /// <summary>
    /// Whether colours are wanted: no-color.org, then CLICOLOR_FORCE and CLICOLOR (bixense.com/clicolors), then what TERM says.
    /// </summary>
    public bool Colours
    {
        get
        {
            if (Variable("NO_COLOR").Length > 0) return false;
            if (Variable("CLICOLOR_FORCE") is not ("" or "0")) return true;
            return IsTerminal && IsCapable && Variable("CLICOLOR") != "0";
        }
    }

    /// <summary>
    /// A terminal that knows escape sequences: TERM=dumb is the name of those that do not, and without TERM nothing is known.
    /// </summary>
    public bool IsCapable => IsTerminal && Variable("TERM") is not ("" or "dumb");

    private static string Variable(string name) => stdlib.Variable(name) ?? "";
}
