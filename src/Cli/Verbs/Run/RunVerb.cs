using Minirun.Cli.CommandLine;

namespace Minirun.Cli.Verbs.Run;

/// <summary><c>run</c>, as the table of verbs has it; on its own way it is called without the table.</summary>
internal static class RunVerb
{
    public static MinirunVerb Verb() => new("ROOTFS [CMD [ARG…]]", "run a command in a new container", RunFlags.All, _ => 0)
    {
        Raw = RunCommand.Execute,
        Help = RunHelp.Print,
    };
}
