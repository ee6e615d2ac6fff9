using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;
using Minirun.Fuzz;
using Xunit;

namespace Minirun.Cli.Tests.Fuzz;

/// <summary>
/// Any words, in any circumstances: a directory that is gone, descriptors that are closed, variables of somebody else, tiny limits, bytes
/// that are no text. Whatever comes of it, the exit code is a documented one, and each text is ours: no key or exception of .NET, no abort.
/// </summary>
public sealed class CommandLineFuzzTests : IDisposable
{
    // In bash's words; R is a root file system.
    private static readonly string[] s_words =
    [
        "''", "-", "--", "x", "/", "$R", "true", "a=b", "=", "-it", "-d", "--rm", "--format", "'{{.X}}'", "'{{'", "json", "-1", "0",
            "99999999999999999999", "NaN",
        @"$'\xff'", @"$'a\xff=b\xfe'", @"$'\n'", @"$'\x01\e[2J'", "ü世", "$LONG", "./nul", "/dev/full", "/dev/null/x", "/proc/self/mem",
            "../..", "--=", "-=x", "@nul", "~", "'*'",
    ];

    private static readonly string[] s_commands =
    [
        "run $R true", "run", "run $R $1", "run $1 $R true", "run -e $1 $R true", "run --env-file $1 $R true", "run --file $1",
            "run -v $1:/mnt $R true", "run -w $1 $R true",
        "run -u $1 $R true", "run --name $1 $R true", "run --cidfile $1 $R true", "run --pidfile $1 $R true", "run -h $1 $R true",
            "run --print-spec $1 $2", "run --explain $R true",
        "run --dry-run $R $1 $2", "run -i $R cat", "run -d $R true", "create $R $1", "run --step $R true", "run --mount $1 $R true",
            "run --tmpfs $1 $R true", "run --ulimit $1 $R true",
        "run --userns $1 $R true", "run --security-opt $1 $R true", "run --net $1 $R true", "run --ephemeral $R true",
            "run --explain=$1 $R true", "run -t $R true",
        "ps $1", "ps -a --format $1", "ps --filter $1", "inspect $1", "logs $1", "exec $1 $2", "top $1", "why $1", "diff $1", "cp $1 $2",
            "rm -f $1", "stop $1", "kill -s $1 $2", "rename $1 $2",
        "stats --no-stream $1", "events --stream=false --filter $1", "events --stream=false --format $1", "volume create $1",
            "volume ls --format $1", "volume inspect $1",
        "volume rm $1", "network ls", "network create $1", "network inspect $1", "info --format $1", "system df -v",
            "system prune --filter $1", "container prune", "port $1", "update $1 $2",
        "generate systemd $1", "version", "version --json", "--version", "doctor", "doctor --json", "--help", "help $1", "completion $1",
            "__complete $1 $2", "$1", "$1 $2", "$1 run $R", "-$1 ps",
        "oci", "oci --root $PWD/state list", "oci --root $1 list", "oci --root $PWD/state state $1", "oci --root $PWD/state run -b $1 $2",
            "oci --log $1 features", "oci spec -b ./$1", "oci $1 $2",
        "oci --root $PWD/state exec $1 $2", "oci --root $PWD/state delete -f $1", "oci features",
    ];

    private static readonly string[] s_circumstances =
    [
        "", "", "", "mkdir gone; cd gone; rmdir ../gone", "exec <&-", "exec >&-", "exec 2>&-", "exec <&- >&- 2>&-", "exec >/dev/full",
            "exec 2>/dev/full", "umask 0", "umask 0777",
        "ulimit -n 3", "ulimit -n 6", "ulimit -n 10", "ulimit -n 14", "ulimit -n 20", "ulimit -f 0", "ulimit -f 1", "ulimit -v 98304",
            "ulimit -v 110000", "ulimit -v 50000",
        "ulimit -s 256", "ulimit -u 1", "ulimit -u 3", "ulimit -c 0; ulimit -l 0", "export HOME=/nonexistent XDG_DATA_HOME=",
            "export HOME=/proc XDG_DATA_HOME=/proc/x", "unset HOME",
        "export XDG_RUNTIME_DIR=/run/user/4294967294", "export XDG_RUNTIME_DIR=/", "export XDG_RUNTIME_DIR=/proc/1",
            "export XDG_CONFIG_HOME=/dev/null", "export XDG_CONFIG_HOME=$PWD/config",
        "export MINIRUN_ROOT=relative", "export MINIRUN_ROOT=/dev/null", "export MINIRUN_ROOT=/proc/nothing",
            @"export MINIRUN_ROOT=$PWD/$'\xff'", "export MINIRUN_ROOT=$PWD/file",
        "export PATH=", "export TERM=$'\\e' LANG=xx LC_ALL=yy TZ=/dev/zero", "export A=$'\\xff\\xfe' B=$'\\n'",
            "export TMPDIR=/nonexistent", "export NO_COLOR=1 COLUMNS=0", "cd /proc", "cd /proc/self/fd",
    ];

    // 255 is exec's of minirun-oci, as runc's; 141 and 153 are SIGPIPE and SIGXFSZ.
    private static readonly int[] s_codes = [0, 1, 3, 125, 126, 127, 141, 153, 255];

    private readonly Cases _cases = new();

    public void Dispose() => _cases.Dispose();

    [Fact]
    public void Whatever_is_typed_wherever_the_end_is_one_of_those_that_are_documented_and_every_text_is_ours()
    {
        int count = FuzzRun.Cases(120);
        string[] lines = [.. Enumerable.Range(0, count).Select(i => Line(new Random(FuzzRun.Seed + i)))];
        File.WriteAllText(_cases["lines"], string.Join('\n', lines) + "\n");
        _cases.Run($$"""
            export R={{Rootfs.Busybox}} LONG=$(printf 'x%.0s' {1..9000}) MINIRUN_ROOT=$PWD/root
            minirun() { exec {{Programs.Minirun}} "$@"; }
            printf 'A=b\0c\n\0' >nul; echo >file
            mkdir -p config/minirun; printf 'rootfs: \0\n' >config/minirun/config.yaml
            i=0
            while IFS= read -r -u 7 line; do
                status=0
                (mkdir $i; cd $i; cp ../nul .; exec </dev/null; eval "$line") >$i.out 2>$i.err 7<&- || status=$?
                echo $status >$i.status
                i=$((i + 1))
            done 7<lines
            ls "$MINIRUN_ROOT/containers" >left 2>/dev/null || true
            for id in $(cat left); do (minirun rm -f $id) >>removed 2>&1; done
            ls "$MINIRUN_ROOT/containers" >left 2>/dev/null || true
            """);
        List<string> wrong = [];
        for (int i = 0; i < count; i++)
            if (Wrong(i) is { } what)
                wrong.Add(
                    $"FUZZ_SEED={FuzzRun.Seed + i} FUZZ_CASES=1 brings it back: {what}\n{lines[i]}\n{Read($"{i}.err")}{Read($"{i}.out")}");
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Equal("", Read("left"));
        if (count > 50)
            Assert.InRange(Enumerable.Range(0, count).Count(i => Read($"{i}.status").Trim() == "0"), count / 20, count - count / 10);
    }

    private static string Line(Random random)
    {
        string command = Pick(random, s_commands);
        foreach (string place in (string[])["$1", "$2"]) command = command.Replace(place, Pick(random, s_words));
        string circumstance = Pick(random, s_circumstances);
        if (random.Next(4) == 0) circumstance += "; " + Pick(random, s_circumstances);
        return string.Join("; ", circumstance.Split("; ", StringSplitOptions.RemoveEmptyEntries).Append("minirun " + command));
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    /// <summary>Keys of .NET's resources, and names of types.</summary>
    private const string Internals =
        @"(?m)(^|[\s:,'])((io|arg|IO|Arg|SR|Argument|InvalidOperation|Net|net)_[A-Za-z]\w+|System\.[A-Z]\w+|Minirun\.[A-Z]\w+)";

    private string? Wrong(int number)
    {
        int status = int.Parse(Read($"{number}.status"));
        string text = Read($"{number}.err") + "\n" + Read($"{number}.out");
        if (!s_codes.Contains(status)) return $"exit status {status}";
        if (text.Contains("nhandled exception") || text.Contains("   at ") || text.Contains("internal error")) return "an exception";
        if (Regex.Match(text, Internals) is { Success: true } key && !text.Contains("\"$schema\""))
            return "a text of .NET: " + key.Value.Trim();
        return null;
    }

    private string Read(string name) => File.Exists(_cases[name]) ? FuzzRun.Text(File.ReadAllBytes(_cases[name])) : "";
}
