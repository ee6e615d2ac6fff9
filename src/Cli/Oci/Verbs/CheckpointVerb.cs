using Minirun.Cli.CommandLine;
using Minirun.Runtime;

namespace Minirun.Cli.Oci.Verbs;

/// <summary>
/// checkpoint and restore: podman asks for their help to learn whether they are there, so that answers; the verbs refuse.
/// </summary>
internal static class CheckpointVerb
{
    private static readonly Flag[] s_flags =
    [
        new("image-path", '\0', "DIR", "where the images are"), new("work-path", '\0', "DIR", "where work files and logs go"),
    ];

    public static OciVerb Checkpoint() => Refusing("checkpoint", "save a running container (not supported)");

    public static OciVerb Restore() => Refusing("restore", "start a container from a checkpoint (not supported)");

    // Any words after the verb: what is refused needs no correct flags.
    private static OciVerb Refusing(string name, string summary) =>
        new("ID", summary, s_flags, (_, _) =>
            throw UserError.AsRunc($"{name}: not supported: minirun does not checkpoint or restore containers"))
        {
            Minimum = 0,
            Maximum = -1,
            TakesAnyFlag = true,
        };
}
