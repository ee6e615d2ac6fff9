using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;

namespace Minirun.Cli.Verbs.Run;

/// <summary><c>minirun run --help</c>, grouped like docker's.</summary>
internal static class RunHelp
{
    public static int Print()
    {
        HelpPage page = new HelpPage().Usage("minirun run [OPTIONS] ROOTFS [CMD [ARG...]]").Text("""

            Run a command in a new container whose root file system is the directory ROOTFS.
            Without CMD: /bin/sh. Everything after ROOTFS belongs to the command.

            Exit status: the command's own (128+n when signal n ended it); 125 when minirun
            failed, 126 when the command cannot be executed, 127 when it is not found.
            """);
        foreach (IGrouping<string, RunOption> group in RunOptionTable.All.GroupBy(option => option.Group))
        {
            page.Section(group.Key);
            foreach (RunOption option in group)
            {
                string brief = option.Brief is { } letter ? $"-{letter}, " : "    ";
                string value = option.Value is null ? "" : option.ValueIsOptional ? $"[={option.Value}]" : " " + option.Value;
                page.Entry(brief + option.Name + value, option.Help);
            }
        }
        return page.Text("""

            Examples:
              minirun run rootfs-samples/busybox echo 'hello camp!'
              minirun run -it --ephemeral rootfs-samples/busybox
              minirun run --explain rootfs-samples/busybox true
            """).Print();
    }
}
