using Minirun.Runtime;

namespace Minirun.Cli.Commands;

/// <summary><c>minirun doctor [--json]</c>.</summary>
internal static class DoctorCommand
{
    public static int Execute(bool json) => throw new UserError("doctor: not yet" + json);
}
