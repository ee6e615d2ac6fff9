using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>Waits for Enter: on the caller's terminal when there is one, else on stdin, a byte at a time so that nothing of the command's is taken.</summary>
internal static unsafe class StepInput
{
    private static readonly int s_fd = fcntl.open("/dev/tty", fcntl.O_RDONLY | fcntl.O_NOCTTY | fcntl.O_CLOEXEC) is >= 0 and var tty ? tty : 0;

    public static void AwaitEnter()
    {
        byte key;
        do
        {
            if (unistd.read(s_fd, &key, 1) != 1)
            {
                Console.Error.WriteLine();   // the question stands on its line yet
                throw new UserError("--step: the input ended before the last operation", "run it in a terminal, or give an Enter for each operation on stdin");
            }
        }
        while (key != '\n');
    }
}
