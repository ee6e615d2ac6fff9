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
                UserError located = ContainerFiles.Origins.Located(user);
                Error(located.Message, located.Hint);
                return user.ExitCode;
            case Linux.LinuxException kernel:
                Error(kernel.Message, KernelHint(kernel));
                return UserError.Ours;
            // .NET has the kernel's number there.
            case IOException { HResult: Linux.Errno.EMFILE or Linux.Errno.ENFILE or Linux.Errno.ENOMEM or Linux.Errno.EAGAIN } scarce:
                Error($"cannot read or write: {Linux.Errno.Describe(scarce.HResult)}", Runtime.Lifecycle.ResourceHints.For(scarce.HResult));
                return UserError.Ours;
            default:
                // .NET's own words for a denied access are left out of the program; the kernel's are in the exception below.
                Error($"cannot read or write: {(error.InnerException ?? error).Message.ToLowerInvariant()}", "is the output closed, or the disk full?");
                return UserError.Ours;
        }
    }

    // Not by .NET's Console, whose first use wants descriptors and a thread: that none is left may be what is to be said.
    private static void Say(string line) => Oci.OciOutput.Error(line);

    private static string KernelHint(Linux.LinuxException error) => error switch
    {
        { Call: "clone", Number: Linux.Errno.EPERM } when Linux.unistd.geteuid() != 0 => "user namespaces are switched off here (`minirun doctor` says by what), or the container was to have none (--userns host, --ns), which takes root",
        { Call: "clone", Number: Linux.Errno.EPERM or Linux.Errno.ENOSPC or Linux.Errno.EUSERS or Linux.Errno.EACCES } => "user namespaces are switched off or used up here; `minirun doctor` says by what",
        { Call: "write" or "open", Path: { } path } when path.EndsWith("_map", StringComparison.Ordinal) || path.EndsWith("setgroups", StringComparison.Ordinal)
            => "the kernel does not take this id map; `minirun doctor` looks for the reason (AppArmor's restriction, or ids that are not yours)",
        _ => Runtime.Lifecycle.ResourceHints.For(error) ?? "`minirun doctor` checks what this machine allows",
    };
}
