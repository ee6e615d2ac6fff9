using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>What minirun itself says, on stderr: one line of what, one line of what to do.</summary>
internal static class Message
{
    public static void Error(string text, string? hint)
    {
        Say("minirun: " + Plain.Text(text));
        if (hint is not null) Say("hint: " + hint);
    }

    public static void Warning(string text) => Say("minirun: " + text);

    /// <summary>Whether an exception has a message for the user; any other is a mistake of ours.</summary>
    public static bool Has(Exception error) => error is UserError or Linux.LinuxException or IOException or UnauthorizedAccessException;

    /// <summary>Prints an error of the user's or the kernel's; gives the exit code for it.</summary>
    public static int Print(Exception error)
    {
        switch (error)
        {
            case UserError user:
                Error(user.Message, user.Hint);
                return user.ExitCode;
            case Linux.LinuxException kernel:
                Error(kernel.Message, KernelHint(kernel));
                return UserError.Ours;
            default:
                // .NET's own words for a denied access are left out of the program; the kernel's are in the exception below.
                Error($"cannot read or write: {(error.InnerException ?? error).Message.ToLowerInvariant()}", "is the output closed, or the disk full?");
                return UserError.Ours;
        }
    }

    private static void Say(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nobody listens; the exit status still tells.
        }
    }

    private static string KernelHint(Linux.LinuxException error) => error switch
    {
        { Call: "clone", Number: Linux.Errno.EPERM or Linux.Errno.ENOSPC or Linux.Errno.EUSERS or Linux.Errno.EACCES } => "user namespaces are switched off or used up here; `minirun doctor` says by what",
        { Call: "write" or "open", Path: { } path } when path.EndsWith("_map", StringComparison.Ordinal) || path.EndsWith("setgroups", StringComparison.Ordinal)
            => "the kernel does not take this id map; `minirun doctor` looks for the reason (AppArmor's restriction, or ids that are not yours)",
        { Number: Linux.Errno.ENOSPC or Linux.Errno.EDQUOT } => "the disk is full: `df -h` shows it",
        _ => "`minirun doctor` checks what this machine allows",
    };
}
