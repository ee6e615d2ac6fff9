using System.Text;
using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

using Minirun = Support.Minirun;

/// <summary>
/// Names, words, labels and paths that others chose, with all in them that a terminal obeys: a title, a carriage return, a new line, a CSI
/// of one character, an override of the direction, a byte that is no UTF-8. No verb may pass them on, neither to a terminal nor to a pipe;
/// JSON has them as escapes.
/// </summary>
public sealed class HostileTextTests : IDisposable
{
    // In bash's $'…'. Without a slash: it is also a name of files.
    private const string Text = @"x\e]0;owned\a\r\nforged\u009b31m\u202eevil\xff";

    private readonly EngineRoot _root = new();
    private readonly TemporaryRootfs _rootfs = new();

    public void Dispose()
    {
        _root.Dispose();
        _rootfs.Dispose();
    }

    [Requires(Need.UserNamespaces)]
    public void No_verb_passes_it_on()
    {
        _rootfs.Write("/opt/kept", "");
        using var directory = new TemporaryDirectory();
        string prepare = $$"""
            set -e
            export LC_ALL=C.UTF-8 PATH={{Programs.Bin}}:$PATH
            cd '{{directory.Path}}'
            X=$'{{Text}}'
            cp -a '{{_rootfs.Path}}' "root$X"
            mkdir "host$X"
            echo "- $X" >"file$X.yaml"
            """;
        // Names that are not UTF-8 are refused where they cannot be kept: the rest of the text is tried then by itself.
        Run(prepare + $$"""

            R=root$X; [[ -n $(minirun run --print-spec "$R" true 2>/dev/null) ]] || { R=root${X%$'\xff'}; cp -a "root$X" "$R"; }
            V=host$X; [[ -n $(minirun run --print-spec -v "$PWD/$V:/v" "$R" true 2>/dev/null) ]] || { V=host${X%$'\xff'}; mkdir "$V"; }
            minirun run -d --name hostile --label "l=$X" --label "$X=l" -e "E=$X" -v "$PWD/$V:/v" \
                --log-opt "tag=$X" --log-opt labels=l "$R" \
                sh -c 'cp /bin/busybox "/opt/$1"; cd /opt; exec -a "$1" ./"$1" sleep 1000' sh "$X" >id || \
            minirun run -d --name hostile --label "l=$X" -e "E=$X" "$R" sleep 1000 "$X" >id
            """);
        string[] verbs =
        [
            "ps", "ps -a --no-trunc", "ps --size", "top hostile", "top hostile aux", "top hostile -o pid,comm,args", "stats --no-stream",
                "inspect hostile", "why hostile",
            "diff hostile", "events --stream=false", "system df -v", "system df", "info", "volume ls", "network ls",
                "generate systemd hostile", "port hostile",
            "run --dry-run \"$R\" \"$X\"", "run --dry-run --explain \"$R\" \"$X\"", "run --explain \"$R\" \"$X\"",
                "run --print-spec \"$R\" \"$X\"",
            "run --explain=json \"$R\" \"$X\"", "run \"$R\" \"/$X\"", "run \"no$X\"", "run -v \"$PWD/no$X:/v\" \"$R\" true",
                "run -v \"/tmp:$X\" \"$R\" true",
            "run --file \"file$X.yaml\"", "run --env-file \"no$X\" \"$R\"", "run --net \"$X\" \"$R\" true", "run \"--$X\" \"$R\"",
                "run -u \"$X\" \"$R\" true",
            "run --security-opt \"seccomp=no$X\" \"$R\" true", "run --ulimit \"$X\" \"$R\" true", "run --name \"$X\" \"$R\" true",
                "run --without \"$X\" \"$R\" true",
            "\"$X\"", "ps \"--$X\"", "ps \"$X\"", "ps --filter \"$X\"", "ps --format \"{{.$X}}\"", "inspect \"$X\"", "rm \"$X\"",
                "stop \"$X\"", "logs \"$X\"", "exec \"$X\" true",
            "exec hostile \"$X\"", "exec -w \"/$X\" hostile true", "exec -u \"$X\" hostile true", "cp \"hostile:/$X\" .",
                "cp \"no$X\" hostile:/opt", "rename hostile \"$X\"",
            "volume create \"$X\"", "volume inspect \"$X\"", "volume rm \"$X\"", "volume create -o \"$X=1\" v", "network inspect \"$X\"",
                "network create \"$X\"", "update --cpus \"$X\" hostile",
            "wait \"$X\"", "kill -s \"$X\" hostile", "help \"$X\"", "completion \"$X\"", "__complete exec \"\"", "why \"$X\"",
                "events --filter \"$X\"", "ps --format \"{{.Command}}\"",
            "inspect --format \"{{.Config.Labels}}\" hostile", "oci --root \"no$X\" list", "oci --root \"$PWD\" state \"$X\"",
                "oci --root \"$PWD\" list", "oci run -b \"no$X\" x",
            "oci \"$X\"", "oci --root \"$PWD\" run \"--$X\"",
        ];
        Run("""
            n=0
            while IFS= read -r verb; do
                n=$((n + 1))
                eval "minirun $verb" </dev/null >"$n.pipe" 2>&1 || true
                printf '%s' "$verb" >"$n.verb"
            done <verbs
            """, prepare: directory, verbs);
        List<string> wrong = [];
        Check(directory, "pipe", verbs, wrong);
        // In a terminal, all of them in one.
        using (var pty = new Pty(_root.How with { Deadline = TimeSpan.FromMinutes(3) }, 50, 120, ["bash", "-c", Shell(directory, """
            n=0
            while IFS= read -r -u 7 verb; do
                n=$((n + 1))
                printf '\n=== %s ===\n' "$n"
                eval "minirun $verb" </dev/null || true
            done 7<verbs
            """)]))
        {
            pty.AtEnd(out int status);
            Assert.Equal(0, status);
            foreach (Match part in Regex.Matches(pty.Screen, @"=== (\d+) ===\r\n(.*?)(?=\r\n=== \d+ ===|\e\]999)", RegexOptions.Singleline))
                File.WriteAllText(directory[part.Groups[1].Value + ".tty"], part.Groups[2].Value);
        }
        Check(directory, "tty", verbs, wrong);
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));

        void Run(string script, TemporaryDirectory? prepare = null, string[]? verbs = null)
        {
            if (verbs is not null) prepare!.Write("verbs", string.Join('\n', verbs) + "\n");
            Minirun.Other(_root.How with { Deadline = TimeSpan.FromMinutes(3) }, "bash", "-c",
                prepare is null ? script : Shell(prepare, script))
                .Exits(0);
        }
    }

    private static string Shell(TemporaryDirectory directory, string script) => $$"""
        export LC_ALL=C.UTF-8 PATH={{Programs.Bin}}:$PATH
        cd '{{directory.Path}}'
        X=$'{{Text}}'
        R=root$X; [[ -d root${X%$'\xff'} ]] && R=root${X%$'\xff'}
        {{script}}
        """;

    private static void Check(TemporaryDirectory directory, string kind, string[] verbs, List<string> wrong)
    {
        for (int i = 0; i < verbs.Length; i++)
        {
            byte[] bytes = File.ReadAllBytes(directory[$"{i + 1}.{kind}"]);
            // What is for scripts is exact: a template in a pipe.
            if (kind == "pipe" && verbs[i].Contains("--format")) continue;
            string text = kind == "tty"
                ? Regex.Replace(Encoding.UTF8.GetString(bytes), "\e\\[[0-9;]*m", "").Replace("\r\n", "\n")
                : Encoding.UTF8.GetString(bytes);
            string? odd = text.FirstOrDefault(
                c => (c < ' ' && c is not ('\n' or '\t')) || c is >= '\x7f' and < '\xa0' or >= '\u202a' and <= '\u202e') is not '\0'
                and var c
                ? $"U+{(int)c:X4}"
                : null;
            if (text.Split('\n').Any(line => line.StartsWith("forged"))) odd = "a line that is forged";
            if (kind == "pipe" && !new UTF8Encoding().GetBytes(text).AsSpan().SequenceEqual(bytes)) odd ??= "not UTF-8";
            if (odd is not null) wrong.Add($"{kind}: minirun {verbs[i]}: {odd}\n{text.Replace('\e', '^')}");
            if (Regex.IsMatch(text, @"(^|[\s'])(io|Arg|IO)_[A-Za-z]|nhandled exception|internal error|System\."))
                wrong.Add($"{kind}: minirun {verbs[i]}: a text of .NET\n{text}");
        }
    }
}
