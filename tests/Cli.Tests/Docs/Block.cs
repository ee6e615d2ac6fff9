using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Docs;

/// <summary>Commands that a reader types one after the other into one shell.</summary>
internal sealed record Block(string Page, int Line, string Marker, List<Command> Commands)
{
    private const string NotRun = "not run: ", InPipe = "in a pipe";

    /// <summary>Why no test can run it; null when one can.</summary>
    public string? ReasonNotToRun => Marker.StartsWith(NotRun, StringComparison.Ordinal) ? Marker[NotRun.Length..] : null;

    /// <summary>It shows what comes out of a pipe, which on a terminal would be something else.</summary>
    public bool IsNotForTerminals => Marker == InPipe;

    /// <summary>
    /// Whether it is meant for who we are. The tests run as root and as an ordinary user: what is for one is run by that one.
    /// </summary>
    public bool IsForUs => Marker switch
    {
        "" or InPipe => true,
        "as root" => Environment.IsPrivilegedProcess,
        "as an ordinary user" => !Environment.IsPrivilegedProcess,
        "with newuidmap" => Needs.Skip(Need.UserNamespaces | Need.SubordinateIds) is null || Environment.IsPrivilegedProcess,
        "as an ordinary user with newuidmap" => Needs.Skip(Need.User | Need.SubordinateIds) is null,
        _ => ReasonNotToRun is null ? throw new FormatException($"{Page}:{Line}: unknown marker '{Marker}'") : false,
    };
}
