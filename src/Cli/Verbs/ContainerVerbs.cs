using Minirun.Cli.Verbs.Run;

namespace Minirun.Cli.Verbs;

/// <summary><c>container …</c>: docker's longer names. Each is an entry of another table, under a second name.</summary>
internal static class ContainerVerbs
{
    private const string Group = "container ";

    private static readonly string[] s_same = ["attach", "cp", "create", "diff", "exec", "inspect", "kill", "logs", "pause", "port",
        "rename", "restart", "rm", "start", "stats", "stop", "top", "unpause", "update", "wait", "why"];

    /// <summary>What docker calls otherwise there.</summary>
    private static readonly (string Word, string Verb)[] s_others = [("ls", "ps"), ("list", "ps"), ("ps", "ps"), ("remove", "rm")];

    public static IEnumerable<EngineVerb> Of(IReadOnlyList<EngineVerb> verbs)
    {
        yield return new EngineVerb(Group + "run", "ROOTFS [CMD [ARG…]]", "the same as `minirun run`", [],
            _ => 0) { Raw = RunCommand.Execute };
        foreach (EngineVerb verb in verbs)
        {
            if (s_same.Contains(verb.Name)) yield return verb with { Name = Group + verb.Name };
            foreach (var (word, same) in s_others)
                if (verb.Name == same) yield return verb with { Name = Group + word };
        }
    }
}
