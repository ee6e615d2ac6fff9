using Minirun.Cli.CommandLine;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>exec</c>: another process in a container. What stands behind the id is the command's, flags as well.</summary>
internal static class ExecVerb
{
    private const int Failure = 255;

    public static OciVerb Verb() => new("ID COMMAND [ARG…] | --process FILE ID", "start another process in a container", Flags(),
        (globals, arguments) => OciEngine.Exec(globals, Options(arguments)))
    {
        Maximum = -1,
        FlagsAfterWords = false,
        Failed = "exec failed: ",
        FailureCode = Failure,
    };

    private static Flag[] Flags() =>
    [
        new("process", 'p', "FILE", "the process, as in config.json"),
        new("tty", 't', null, "with a terminal"),
        new("cwd", '\0', "DIR", "working directory"),
        new("env", 'e', "NAME=VALUE", "set a variable") { Repeats = true },
        new("user", 'u', "UID[:GID]", "user and group, as numbers"),
        new("additional-gids", 'g', "GID", "another group") { Repeats = true },
        new("cap", 'c', "CAP", "add a capability") { Repeats = true },
        new("no-new-privs", '\0', null, "programs gain no privileges by execve"),
        new("apparmor", '\0', "PROFILE", "AppArmor profile"),
        new("process-label", '\0', "LABEL", "SELinux label"),
        new("cgroup", '\0', "[CTRL:]PATH", "an existing cgroup below the container's") { Repeats = true },
        new("ignore-paused", '\0', null, "in a paused container, too: it waits there"),
        new("detach", 'd', null, "return when the process runs"),
        new("console-socket", '\0', "SOCKET", "a unix socket that takes the terminal's master"),
        new("pid-file", '\0', "FILE", "write the pid"),
        new("pidfd-socket", '\0', "SOCKET", "a unix socket that takes a pidfd of the process"),
        new("preserve-fds", '\0', "N", "pass N more descriptors, from 3 on"),
    ];

    private static ExecOptions Options(VerbArguments arguments)
    {
        var options = new ExecOptions
        {
            Id = arguments.Words[0],
            Arguments = [.. arguments.Words[1..]],
            ProcessFile = arguments.Text("process"),
            Tty = arguments.Has("tty"),
            Cwd = arguments.Text("cwd"),
            NoNewPrivileges = arguments.Has("no-new-privs"),
            Apparmor = arguments.Text("apparmor"),
            ProcessLabel = arguments.Text("process-label"),
            IgnorePaused = arguments.Has("ignore-paused"),
            Detach = arguments.Has("detach"),
            ConsoleSocket = arguments.Text("console-socket"),
            PidFile = arguments.Text("pid-file"),
            PidfdSocket = arguments.Text("pidfd-socket"),
            PreserveFds = arguments.Number("preserve-fds", 0),
        };
        options.Env.AddRange(arguments.All("env"));
        options.Caps.AddRange(arguments.All("cap"));
        options.Cgroup.AddRange(arguments.All("cgroup"));
        foreach (string text in arguments.All("additional-gids"))
            foreach (string gid in text.Split(',')) options.AdditionalGids.Add(Id(gid, "additional-gids", text));
        if (arguments.Text("user") is { } user)
        {
            int colon = user.IndexOf(':');
            options.Uid = Id(colon < 0 ? user : user[..colon], "user", user);
            if (colon >= 0) options.Gid = Id(user[(colon + 1)..], "user", user);
        }
        if (options.ProcessFile is null && options.Arguments.Length == 0)
            throw new UserError("process args cannot be empty", "give a command behind the id, or --process FILE");
        return options;
    }

    private static uint Id(string text, string flag, string whole) =>
        StrictNumber.TryParse(text, out uint id)
            ? id
            : throw new UserError($"invalid value \"{whole}\" for flag -{flag}: not a number of a user or group",
                "ids are decimal digits; names are not looked up");
}
