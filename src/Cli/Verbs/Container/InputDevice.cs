using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Verbs.Container;

/// <summary>A terminal to type into (-it), where nobody can type: the command would wait for ever.</summary>
internal static class InputDevice
{
    /// <exception cref="UserError">stdin is no terminal.</exception>
    public static void Check(Host host)
    {
        if (!host.IsTerminal(0))
            throw new UserError("the input device is not a TTY", "drop -t, and stdin goes in as it is; or run it in a terminal");
    }
}
