using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>What minirun itself says, on stderr: one line of what, one line of what to do.</summary>
internal static class Message
{
    public static void Error(string text, string? hint)
    {
        Console.Error.WriteLine("minirun: " + text);
        if (hint is not null) Console.Error.WriteLine("hint: " + hint);
    }

    public static void Warning(string text) => Console.Error.WriteLine("minirun: " + text);

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
                throw error;
        }
    }

    private static string KernelHint(Linux.LinuxException error) => error switch
    {
        { Call: "clone", Number: Linux.Errno.EPERM or Linux.Errno.ENOSPC or Linux.Errno.EUSERS or Linux.Errno.EACCES } => "user namespaces are switched off or used up here; `minirun doctor` says by what",
        { Call: "write" or "open", Path: { } path } when path.EndsWith("_map", StringComparison.Ordinal) || path.EndsWith("setgroups", StringComparison.Ordinal)
            => "the kernel does not take this id map; `minirun doctor` looks for the reason (AppArmor's restriction, or ids that are not yours)",
        _ => "`minirun doctor` checks what this machine allows",
    };
}
