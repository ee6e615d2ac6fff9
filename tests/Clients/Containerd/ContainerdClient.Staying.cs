using Minirun.Cli.Tests.Support;

namespace Minirun.Clients.Containerd;

/// <summary>
/// Output of ctr that can be compared. ctr 1.6 now and then loses that of a command which has ended: it prints nothing, and exits with
/// the command's code. `ctr task exec` deletes the process as soon as it hears of its end, and so cancels the opening of the fifo that it
/// reads, where its thread has not come back from that yet (containerd's pull request 13931 lets it wait). `ctr run` closes what it reads
/// before it waits for the end of the output, as its code says (8643); none of 1600 was lost. The runtime has no part in it: with 16 at a
/// time beside 8 busy loops on 2 CPUs, 9 of 6000 were lost with runc 1.1.5, and 9 of 6000 with minirun-oci; runs in quieter minutes lost
/// none. With ctr's open(2) made slow by strace (delay_exit=50000 to 100000), 3 of 25 were lost with runc. Here the command stays until all
/// that it printed has come.
/// </summary>
public sealed partial class ContainerdClient
{
    private const string Printed = "[all is printed]";

    /// <summary>The words of a command that stays until its stdin ends.</summary>
    internal static string[] Staying(params string[] command) =>
        ["sh", "-c", $"\"$@\"; code=$?; echo '{Printed}'; echo '{Printed}' >&2; cat >/dev/null; exit $code", "sh", .. command];

    /// <summary>Runs ctr with such a command.</summary>
    internal Result RunStaying(params string[] arguments) => RunStaying("", arguments);

    internal Result RunStaying(string input, string[] arguments)
    {
        using RunningProgram program = Start(arguments);
        program.Input.Write(input);
        program.Input.Flush();
        // What could not be started ends without having printed it.
        program.Await(() => program.HasEnded || (IsIn(program.OutSoFar) && IsIn(program.ErrorSoFar)), Printed);
        program.Input.Close();
        Result result = program.Result();
        return result with { Out = Without(result.Out), Error = Without(result.Error) };
    }

    private static bool IsIn(string output) => output.Contains(Printed + "\n");

    private static string Without(string output) => output.Replace(Printed + "\n", "");
}
