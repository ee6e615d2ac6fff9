using Minirun.Cli.CommandLine;
using Minirun.Cli.Oci;
using Minirun.Cli.Output;
using Minirun.Cli.Tree;
using Minirun.Cli.Verbs.Run;
using Minirun.Engine.Life;
using Minirun.Engine.Monitor;
using Minirun.Init;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Cli;

/// <summary>
/// The program behind all names. fork-news never gets here when the linker argument of Cli.csproj is in effect: <see cref="Boot"/> runs
/// first.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        RuntimeStart.IsOver();
        KeepBytes(arguments);
        if (IsForkNews(arguments)) return Boot.ForkNews(arguments);
        // Modes are those that are written beside what is made, whatever the caller's umask lets through; and a command begins with the
        // same, whoever started it and in which way.
        ThisProcess.SetUmask(0x12 /* 022 */);
        if (Environment.GetCommandLineArgs()[0] == MonitorProcess.Name) return MonitorProgram.Run(arguments);
        int status;
        try
        {
            status = IsOci() ? OciProgram.Execute(arguments)
                : arguments is ["oci", ..] ? OciProgram.Execute(arguments.AsSpan(1))
                : Dispatch(arguments);
        }
        catch (Exception error)
        {
            // The last one: whatever nobody foresaw is one line for the user too, and no abort(3).
            status = Message.Print(error);
        }
        // Straight to the kernel: the runtime's own way out costs more than some of the mounts.
        unistd._exit(status);
        return status;
    }

    private static bool IsForkNews(string[] arguments) =>
        arguments.Length is 1 or 2 && arguments[0] is [>= '0' and <= '9', ..] && Environment.GetCommandLineArgs()[0] == "fork-news";

    /// <summary>.NET's strings lose what is not UTF-8: such an argument is decoded anew, from the bytes.</summary>
    private static void KeepBytes(string[] arguments)
    {
        byte[][]? bytes = null;
        for (int i = 0; i < arguments.Length; i++)
            if (arguments[i].AsSpan().IndexOfAny('\uFFFD', KernelText.Mark) >= 0
                && (bytes ??= Boot.LastArguments(arguments.Length)) is { Length: > 0 })
                arguments[i] = KernelText.Decode(bytes[i]);
    }

    private static bool IsOci() =>
        Boot.IsOci || (!Boot.RanFirst && Path.GetFileName(Environment.GetCommandLineArgs()[0]) == OciName.Program);

    private static int Dispatch(string[] arguments)
    {
        if (arguments is ["container", "run", ..]) arguments = arguments[1..];
        try
        {
            if (arguments is ["run", ..])
            {
                if (!RelayedSignals.AreBlocked) RelayedSignals.Block();
                return RunCommand.Execute(arguments.AsSpan(1));
            }
            if (arguments.Length > 0 && VerbTable.Has(arguments[0])) return VerbProgram.Execute(arguments);
            return CommandTree.Execute(arguments);
        }
        catch (UnknownFlagException unknown)
        {
            return Message.Print(FlagErrors.Unknown("run", RunFlags.All, unknown.Message));
        }
        catch (Exception error) when (Message.Has(error))
        {
            return Message.Print(error);
        }
    }
}
