using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Cli.CommandLine;

/// <summary>--security-opt, in docker's and podman's words: NAME, NAME=VALUE or NAME:VALUE.</summary>
internal static class SecurityOption
{
    public static void Apply(RunOptions options, string text)
    {
        int end = text.AsSpan().IndexOfAny('=', ':');
        string name = end < 0 ? text : text[..end], value = end < 0 ? "" : text[(end + 1)..];
        switch (name, value)
        {
            case ("no-new-privileges", "" or "true"):
                options.NoNewPrivileges = true;
                break;
            case ("no-new-privileges", "false"):
                options.NoNewPrivileges = false;
                break;
            case ("seccomp", { Length: > 0 }):
                options.Seccomp = value;
                break;
            case ("apparmor", { Length: > 0 }):
                options.Apparmor = value;
                break;
            case ("label", { Length: > 0 }):
                options.Label = value;
                break;
            default:
                throw new UserError($"--security-opt {text}: unknown",
                    "it takes no-new-privileges[=true|false], seccomp=unconfined|builtin|FILE, apparmor=PROFILE, label=LABEL");
        }
    }
}
