using Minirun.Cli.CommandLine;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>create</c> and <c>run</c>: the same flags but for those that are about the time after the start.</summary>
internal static class CreateVerb
{
    private static readonly Flag[] s_flags =
    [
        new("bundle", 'b', "DIR", "the bundle (default: the current directory)"),
        new("config", 'f', "FILE", "the configuration (default: config.json of the bundle)"),
        new("console-socket", '\0', "SOCKET", "a unix socket that takes the terminal's master"),
        new("pid-file", '\0', "FILE", "write the pid of the container's first process"),
        new("pidfd-socket", '\0', "SOCKET", "a unix socket that takes a pidfd of the first process"),
        new("preserve-fds", '\0', "N", "pass N more descriptors, from 3 on"),
        new("no-pivot", '\0', null, "no pivot_root: for a root file system on the initial ramdisk"),
        new("no-new-keyring", '\0', null, "keep the caller's session keyring"),
        new("no-subreaper", '\0', null, "taken and not used: we adopt no orphans of the container"),
    ];

    public static OciVerb Create() => new("ID", "create a container that waits for start", s_flags,
        (globals, arguments) => OciEngine.Create(globals, Options(arguments)))
    {
        Failed = OciName.Program + " create failed: ",
    };

    public static OciVerb Run() => new("ID", "create and start a container", [.. s_flags, .. RunFlags()],
        (globals, arguments) => OciEngine.Run(globals, Options(arguments)))
    {
        Failed = OciName.Program + " run failed: ",
    };

    private static Flag[] RunFlags() =>
    [
        new("detach", 'd', null, "return when the process runs"),
        new("keep", '\0', null, "do not delete the container when its process ends"),
    ];

    private static CreateOptions Options(VerbArguments arguments) => new()
    {
        Id = arguments.Words[0],
        Bundle = arguments.Text("bundle") is { Length: > 0 } bundle ? bundle : ".",
        Config = arguments.Text("config"),
        PidFile = arguments.Text("pid-file"),
        ConsoleSocket = arguments.Text("console-socket"),
        PidfdSocket = arguments.Text("pidfd-socket"),
        PreserveFds = arguments.Number("preserve-fds", 0),
        NoPivot = arguments.Has("no-pivot"),
        NoNewKeyring = arguments.Has("no-new-keyring"),
        Keep = arguments.Has("keep"),
        Detach = arguments.Has("detach"),
    };
}
