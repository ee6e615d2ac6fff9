using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

/// <summary>
/// What a container wrote is shown to another terminal than it wrote to, and that terminal's answers would be typed into the reader's
/// shell.
/// </summary>
public sealed class TerminalRequestTests : IDisposable
{
    /// <summary>As printf has them; each is answered by some terminal.</summary>
    private static readonly string[] s_requests =
    [
        @"\033[6n", @"\033[5n", @"\033[?6n", @"\033[c", @"\033[0c", @"\033[>c", @"\033[=c", @"\033[x", @"\033[?2026$p", @"\033[4$p",
        @"\033[>q", @"\033[?u", @"\033[?1;1;0S", @"\033[18t", @"\033[14;2t", @"\033[21t", @"\033[1$w", @"\033[?4m",
        @"\033[?1000h", @"\033[?1004;25h", @"\033[1;1;1;1;2;2*y", @"\033Z", @"\005", @"\033]10;?\007", @"\033]11;?\033\\",
        @"\033]4;1;?\007", @"\033]52;c;?\007", @"\033P$qm\033\\", @"\033P+q544e\033\\",
        @"\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\", @"\302\2336n", @"\302\235" + @"11;?\302\234", @"\033[6\177n",
        @"\033]50;?\007", @"\033]50;?1\007", @"\033]50;#+1\007", @"\033]60\007", @"\033]21;foreground=?\033\\", @"\033]99;i=1:p=?;\033\\",
        @"\033]5522;type=read\033\\", @"\033]5113;ac=send\033\\", @"\033P@kitty-cmd{}\033\\", @"\033Ptmux;\033\\", @"\033[>31u",
        @"\033[=31;1u", @"\033[>4;2m", @"\033[?9001h", @"\033[?5522h", @"\033]11;?a\007", @"\033]1337;RequestUpload=format=tgz\007",
        @"\033]52;c;aGk?\007", "\\033]52;" + new string('c', 5000) + ";?\\007", @"\033]1337;ReportCellSize\007", @"\033[000000000006n",
            @"\033\033[6n", @"\303\033[6n", @"\303\234\033[6n",
    ];

    /// <summary>Each does something, or is text, and stays.</summary>
    private static readonly string[] s_others =
    [
        @"\033[31mred\033[0m", @"\033]2;?\007", @"\033[2J\033[H", @"\033[?25l", @"\033[?1049h", @"\033]0;a title?\007",
        @"\033]8;;http://x/?a=?\033\\link\033]8;;\033\\", @"\033[8;24;80t", @"\033(B", @"\0337\0338", @"\033[?1c", @"\033[1;3q",
        @"\033[2 q", @"\303\234ber \316\233 \360\237\220\247 \302\251", @"\377\376", @"\033P0;1q#0;2;0;0;0~-\033\\",
        @"\033]52;c;aGk=\007", "\\033]52;c;" + new string('a', 6000) + "\\007",
            "\\033]1337;File=inline=1:" + new string('a', 6000) + "\\007",
        @"\033]4;1;rgb:00/00/00\007", @"\033]104\007", @"\033]133;A\007", @"\033]9;4;1;50\007", @"\033[38;5;6m", "6n", "[c", @"\033[!p",
    ];

    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("logs", "web")]
    [InlineData("logs", "-f", "web")]
    [InlineData("start", "-a", "web")]
    public void On_a_terminal_nothing_is_shown_that_it_answers_to(params string[] words)
    {
        // One character where UTF-8 has two; a log has no bytes that are not UTF-8.
        string[] requests = words[0] == "start" ? [.. s_requests, @"\2336n"] : s_requests;
        Make(string.Concat(requests.Select(request => $"<{request}>")));
        string shown = Shown(words);
        string nothing = string.Concat(Enumerable.Repeat("<>", requests.Length));
        Assert.Equal(nothing, shown.Replace("\e\\", "").Replace("Ü", "").Replace("\ufffd", ""));
    }

    [Requires(Need.UserNamespaces)]
    public void On_a_terminal_all_else_is_shown_as_it_was_written()
    {
        string text = string.Concat(s_others.Select(other => $"<{other}>"));
        Make(text);
        Assert.Equal(Printed(text), Shown("logs", "web"));
    }

    [Requires(Need.UserNamespaces)]
    public void In_a_file_it_is_byte_by_byte_what_was_written()
    {
        string text = string.Concat(s_requests.Concat(s_others).Select(each => $"<{each}>"));
        Make(text);
        Assert.Equal(Printed(text), _root.Run("logs", "web").Succeeds().Out.TrimEnd('\n'));
    }

    private void Make(string text)
    {
        _root.Detached(["--name", "web", "--net", "none"], "printf", text.Replace("%", "%%") + @"\n");
        _root.Run("wait", "web").Exits(0);
    }

    /// <summary>What it is where nobody takes anything out.</summary>
    private static string Printed(string text) => Support.Minirun.Other("printf", text).Succeeds().Out;

    private string Shown(params string[] words)
    {
        using var pty = new Pty(_root.How, 24, 80, [Programs.Minirun, .. words]);
        pty.AtEnd(out int status);
        Assert.True(status == 0, pty.Screen);
        string all = pty.Screen[..pty.Screen.LastIndexOf("\e]999", StringComparison.Ordinal)];
        return all.TrimEnd('\r', '\n');
    }
}
