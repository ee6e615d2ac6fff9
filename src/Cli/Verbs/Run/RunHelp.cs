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
        foreach (IGrouping<string, Flag> group in RunFlags.All.GroupBy(flag => flag.Group))
        {
            page.Section(group.Key);
            foreach (Flag flag in group) page.Entry(flag.Usage, flag.Meaning);
        }
        return page.Text("""

            Examples:
              minirun run rootfs-samples/busybox echo 'hello camp!'
              minirun run -it --ephemeral rootfs-samples/busybox
              minirun run --explain rootfs-samples/busybox true
            """).Print();
    }
}
