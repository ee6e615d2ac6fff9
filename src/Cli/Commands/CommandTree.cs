using Minirun.Cli.Output;
using Minirun.Runtime;

namespace Minirun.Cli.Commands;

internal static class CommandTree
{
    public static int Execute(string[] arguments)
    {
        Message.Error($"unknown: {string.Join(' ', arguments)}", null);
        return UserError.Ours;
    }
}
