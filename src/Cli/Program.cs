using System.Runtime.InteropServices;
using Minirun.Cli.Commands;
using Minirun.Cli.Output;
using Minirun.Cli.Run;
using Minirun.Init;
using Minirun.Linux;

namespace Minirun.Cli;

/// <summary>
/// The program behind all names. fork-news never gets here when the linker argument of Cli.csproj is in effect: <see cref="Boot"/> runs first.
/// </summary>
internal static unsafe class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments.Length == 1 && Environment.GetCommandLineArgs()[0] == "fork-news") return ForkNews(arguments[0]);
        int status = Dispatch(arguments);
        // Straight to the kernel: the runtime's own way out costs more than some of the mounts.
        unistd._exit(status);
        return status;
    }

    private static int Dispatch(string[] arguments)
    {
        try
        {
            if (arguments is ["run", ..])
            {
                if (!Boot.SignalsAreBlocked) Boot.BlockSignals();
                return RunCommand.Execute(arguments.AsSpan(1));
            }
            return CommandTree.Execute(arguments);
        }
        catch (UnknownOptionException)
        {
            return CommandTree.Execute(arguments);
        }
        catch (Exception error) when (Message.Has(error))
        {
            return Message.Print(error);
        }
    }

    /// <summary>The slow way to fork-news, when the program was linked without the wrapper.</summary>
    private static int ForkNews(string planFd)
    {
        byte** argv = stackalloc byte*[3];
        argv[0] = (byte*)Marshal.StringToCoTaskMemUTF8("fork-news");
        argv[1] = (byte*)Marshal.StringToCoTaskMemUTF8(planFd);
        argv[2] = null;
        return Boot.NativeMain(2, argv);
    }
}
