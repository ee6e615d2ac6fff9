using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Run;

internal static class PreservedFds
{
    /// <summary>
    /// Descriptors that are to go in must be open: else the first one that we open ourselves takes the number, and a
    /// descriptor of ours is handed to the container. What has FD_CLOEXEC is ours: it did not come through our own execve.
    /// </summary>
    public static void Check(int count)
    {
        for (int fd = 3; fd < 3 + count; fd++)
            if (fcntl.fcntl_(fd, fcntl.F_GETFD) is < 0 or fcntl.FD_CLOEXEC)
                throw new UserError($"--preserve-fds {count}: descriptor {fd} is not open",
                    $"open 3 to {2 + count} before, such as `{fd}<FILE` behind the command in a shell");
            // Whoever holds it reads what is typed there later (CVE-2017-5226).
            else if (unistd.isatty(fd) == 1)
                throw new UserError($"--preserve-fds {count}: descriptor {fd} is a terminal, which does not go into a container",
                    "with -t it has one of its own");
    }
}
