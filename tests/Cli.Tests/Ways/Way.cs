using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Ways;

/// <summary>
/// A way to run a command in a container. A new one gets all facts by standing in the list, and a new fact is looked at in all of them
/// (<see cref="ConformanceTests"/>).
/// </summary>
/// <param name="Name">As docs/run.md calls it.</param>
/// <param name="Script">
/// Lines of bash that end in the program under test: <c>$M</c> is minirun, <c>$R</c> the root file system, <c>$D</c> a directory;
/// <c>${opts[@]}</c> are flags that <c>run</c> and <c>exec</c> have in common, <c>"$@"</c> is the command.
/// </param>
internal sealed record Way(string Name, string Script)
{
    /// <summary>What is typed or piped in before the command begins.</summary>
    public string First { get; init; } = "";

    /// <summary>What the machine must have.</summary>
    public Need Needs { get; init; }

    /// <summary>Its flags are those of a container that is there already: what that has, it has.</summary>
    public bool IsInOther => Name.StartsWith("exec", StringComparison.Ordinal);

    public static readonly Way[] All =
    [
        new("foreground", """exec "$M" run "${opts[@]}" "$R" "$@" """),
        new("foreground with a monitor", """exec "$M" run --rm -l way=monitor "${opts[@]}" "$R" "$@" """),
        new("start -a", """
            "$M" create --rm -i --net host --name way "${opts[@]}" "$R" "$@" </dev/null >/dev/null || exit
            exec "$M" start -ai way
            """),
        new("-d and attach", """
            "$M" run -d --rm -i --net host --name way "${opts[@]}" "$R" sh -c 'read go; exec "$@"' way "$@" </dev/null >/dev/null || exit
            exec "$M" attach way
            """) { First = "go\n" },
        new("exec", """
            "$M" run -d --rm --net host --name way "$R" sleep 1000 </dev/null >/dev/null || exit
            exec "$M" exec -i "${opts[@]}" way "$@"
            """),
        new("--runtime runc", """exec "$M" run --rm --runtime runc "${opts[@]}" "$R" "$@" """) { Needs = Need.Runc | Need.Root },
        new("exec --runtime runc", """
            "$M" run -d --rm --runtime runc --net host --name way "$R" sleep 1000 </dev/null >/dev/null || exit
            exec "$M" exec -i "${opts[@]}" way "$@"
            """) { Needs = Need.Runc | Need.Root },
        new("minirun-oci run", """
            "$M" run --print-spec "${opts[@]}" "$R" "$@" </dev/null >"$D/config.json" || exit
            exec "${M}-oci" --root "$D/oci" run --bundle "$D" "way-${D##*/}"
            """),
    ];

    public override string ToString() => Name;
}
