using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Ways;

/// <summary>
/// The terminal in which a command is started stays outside, in every way, with each of stdin, stdout and stderr the terminal or something
/// else, as root and as a user of the container's.
/// </summary>
public sealed class CallersTerminalTests
{
    /// <summary>
    /// Ends with 99 when one of its descriptors is the file $0, and with 98 when it has a controlling terminal that is none of its own:
    /// that would be one of the three.
    /// </summary>
    private const string Look = """
        own=
        for fd in /proc/$$/fd/*; do
            [ "$(stat -Lc %d:%i $fd 2>/dev/null)" = "$0" ] && exit 99
        done
        for n in 0 1 2; do [ -t $n ] && own=yes; done
        if [ -z "$own" ] && (: </dev/tty) 2>/dev/null; then exit 98; fi
        exit 7
        """;

    public static TheoryData<string> Ways => [.. Way.All.Where(way => Needs.Skip(way.Needs) is null).Select(way => way.Name)];

    [Theory]
    [MemberData(nameof(Ways))]
    public void No_descriptor_of_the_callers_terminal_enters_a_container(string name)
    {
        Way way = Way.All.Single(each => each.Name == name);
        string[] users = Needs.Missing(Need.SubordinateIdsOrRoot) is null ? ["", "student"] : [""];
        for (int redirected = 0; redirected < 8; redirected++)
        {
            // Each user with half of them.
            string user = users[redirected % users.Length];
            string redirections = "";
            for (int fd = 0; fd < 3; fd++)
                if ((redirected >> fd & 1) != 0) redirections += fd == 0 ? " </dev/null" : $" {fd}>/dev/null";
            Assert.Equal($"{name}, {user}{redirections}: 7", $"{name}, {user}{redirections}: {Status(way, user, redirections)}");
        }
    }

    private static string Status(Way way, string user, string redirections)
    {
        using var trial = new Trial(way) { Redirected = redirections };
        string[] options = user.Length == 0 ? [] : ["-u", user];
        // The shell tells who the terminal is before it becomes the program.
        string[] words = trial.Words(options, ["sh", "-c", Look, "$TERMINAL"]);
        words[1] = """
            for ((i = 1; i <= $#; i++)); do
                [[ ${!i} == '$TERMINAL' ]] && set -- "${@:1:i-1}" "$(stat -Lc %d:%i /dev/fd/0)" "${@:i+1}"
            done

            """ + words[1];
        using var pty = new Pty(trial.How, 33, 77, "", ["/bin/bash", .. words]);
        string before = Node(pty.Name);
        if (way.First.Length > 0 && !redirections.Contains('<')) pty.Type(way.First);
        int status = pty.ExitCode();
        return before == Node(pty.Name) ? status.ToString() : $"{status}, and the node was {before} and is {Node(pty.Name)}";
    }

    private static string Node(string path) => Support.Minirun.Other("stat", "-c", "%u:%g %a %t:%T", path).Succeeds().Out.Trim();
}
