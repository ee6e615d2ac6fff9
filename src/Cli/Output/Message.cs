using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Launch;

namespace Minirun.Cli.Output;

/// <summary>What minirun itself says, on stderr: one line of what, one line of what to do.</summary>
internal static class Message
{
    public static void Error(string text, string? hint)
    {
        Say("minirun: ", SafeText.Line(text));
        if (hint is not null) Say("hint: ", SafeText.Line(hint));
    }

    public static void Warning(string text) => Say("minirun: ", SafeText.Line(text));

    /// <summary>
    /// A line on stderr, whose words are kept whole on a terminal. Not by .NET's Console, whose first use wants descriptors and a thread:
    /// that none is left may be what is to be said.
    /// </summary>
    public static void Say(string lead, string text) => TextOutput.Error(Paragraph.Fit(Screen.Error, lead, text, lead.Length));

    /// <summary>Whether an exception has a message for the user; any other is a mistake of ours.</summary>
    public static bool Has(Exception error) => error is UserError or LinuxException or IOException or UnauthorizedAccessException;

    /// <summary>Prints an error of the user's, the kernel's, or ours; gives the exit code for it.</summary>
    public static int Print(Exception error)
    {
        switch (error)
        {
            case UserError user:
                UserError located = Origins.Located(user.As(FieldNames.InFlags(user.Message)));
                Error(located.Message, located.Hint);
                return user.ExitCode;
            // `minirun ps | head -1`: who reads has seen enough.
            case LinuxException { Call: "write", Path: null, Number: Errno.EPIPE }:
                return 128 + signal.SIGPIPE;
            case LinuxException { Call: "write", Path: null } output:
                Error($"cannot write the output: {Errno.Describe(output.Number)}",
                    ResourceHints.For(output) ?? "is stdout closed, or the disk full?");
                return UserError.Ours;
            case LinuxException kernel:
                Error(kernel.Message, KernelHint(kernel));
                return UserError.Ours;
            case IOException or UnauthorizedAccessException or OutOfMemoryException:
                int? number = DotNetError.Number(error);
                Error($"cannot read or write: {DotNetError.Describe(error)}", number is { } errno ? Hint(errno) : null);
                return UserError.Ours;
            default:
                Error(Fault(error), "this is a mistake in minirun: please report it, with the command line");
                return UserError.Ours;
        }
    }

    /// <summary>
    /// Of an exception that nobody expected: its kind and where it came from, without the words of .NET, which are not in the program.
    /// </summary>
    public static string Fault(Exception error)
    {
        string? place = error.StackTrace?.Split('\n').Select(line => line.Trim())
            .FirstOrDefault(line => line.Contains("Minirun.", StringComparison.Ordinal));
        int start = place?.IndexOf("Minirun.", StringComparison.Ordinal) ?? -1, end = start < 0 ? -1 : place!.IndexOf('(', start);
        return $"internal error: {error.GetType().Name}{(end < 0 ? "" : " in " + place![(start + "Minirun.".Length)..end])}";
    }

    private static string Hint(int errno) => ResourceHints.For(errno) ?? errno switch
    {
        Errno.EACCES or Errno.EPERM => "you may not do that there: `namei -l PATH` shows who owns it and what is above it",
        Errno.EROFS => "that file system is read-only",
        Errno.ENOENT => "check the path",
        _ => "`minirun doctor` checks what this machine allows",
    };

    private static string KernelHint(LinuxException error) => error switch
    {
        { Call: "getcwd" } => "the directory that you are in was deleted: cd to one that is there, or write whole paths",
        { Call: "clone", Number: Errno.EPERM } when unistd.geteuid() != 0 =>
            "user namespaces are switched off here (`minirun doctor` says by what), or the container was to have none (--userns host, "
                + "--ns), which takes root",
        { Call: "clone", Number: Errno.EPERM or Errno.ENOSPC or Errno.EUSERS or Errno.EACCES } =>
            "user namespaces are switched off or used up here; `minirun doctor` says by what",
        { Call: "write" or "open", Path: { } path }
            when path.EndsWith("_map", StringComparison.Ordinal) || path.EndsWith("setgroups", StringComparison.Ordinal)
            => "the kernel does not take this id map; `minirun doctor` looks for the reason (AppArmor's restriction, or ids that are not "
                + "yours)",
        _ => ResourceHints.For(error) ?? "`minirun doctor` checks what this machine allows",
    };
}
