namespace Minirun.Cli.Oci;

/// <summary>What to do when a verb needs the cgroup that a container does not have.</summary>
internal static class NoCgroup
{
    public const string Hint =
        "it was made where it could have no cgroup, or was to have none; `minirun doctor` says what an ordinary user needs for one";
}
