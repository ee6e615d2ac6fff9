using System.CommandLine;
using Minirun.Cli.CommandLine;
using Minirun.Linux;

namespace Minirun.Cli.Tree;

/// <summary>
/// <c>run</c> as the library knows it, made of <see cref="RunOptionTable"/>: for completion and for guessing what was meant.
/// </summary>
internal static class RunTree
{
    private static readonly string[] s_files = ["--env-file", "--file", "--pidfile", "--cidfile", "--volume", "--device",
        "--blkio-weight-device", "--device-read-bps", "--device-write-bps", "--device-read-iops", "--device-write-iops"];

    public static Command Build()
    {
        var command = new Command("run", "Run a command in a new container");
        foreach (RunOption flag in RunOptionTable.All) command.Add(Build(flag));
        command.Add(new Argument<string>("ROOTFS") { Description = "The directory that becomes the root file system" });
        command.Add(new Argument<string[]>("CMD") { Description = "The command and its arguments", Arity = ArgumentArity.ZeroOrMore });
        return command;
    }

    /// <summary>Whether a flag's value is the path of a file.</summary>
    public static bool TakesFile(Option option) => s_files.Contains(option.Name);

    /// <summary>The flag of a name as it is typed: --net, --network, -e.</summary>
    public static Option? Find(Command run, string name) =>
        run.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static Option Build(RunOption flag)
    {
        string[] aliases = [.. new[] { flag.Alias, flag.Brief is { } letter ? "-" + letter : null }.OfType<string>()];
        Option option = flag.Value is null
            ? new Option<bool>(flag.Name, aliases)
            : new Option<string[]>(flag.Name, aliases)
            {
                HelpName = flag.Value,
                Arity = flag.ValueIsOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore
            };
        option.Description = flag.Help;
        option.CompletionSources.Clear();
        option.CompletionSources.Add(flag.Value is null ? ["true", "false"] : Values(flag.Name));
        return option;
    }

    /// <summary>The values of a flag that takes only some.</summary>
    private static string[] Values(string flag) => flag switch
    {
        "--net" => ["host", "none", "pasta", "slirp4netns", "bridge", "container:", "ns:"],
        "--pid" or "--uts" or "--ipc" or "--cgroupns" => ["private", "host"],
        "--userns" => ["auto", "host", "keep-id", "single"],
        "--ns" => ["user", "user,pid", "user,pid,uts", "user,pid,uts,mnt", "none"],
        "--mount" => ["type=bind,source=", "type=tmpfs,destination=", "type=overlay,source="],
        "--cap-add" or "--cap-drop" => ["ALL", .. capability.Names],
        "--security-opt" => ["no-new-privileges", "no-new-privileges=false"],
        "--ulimit" => ["core=", "cpu=", "fsize=", "memlock=", "nofile=", "nproc=", "stack="],
        "--explain" => ["text", "full", "json"],
        "--require" => ["procfs", "sysfs"],
        _ => [],
    };
}
