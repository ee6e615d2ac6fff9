namespace Minirun.Cli.Oci;

/// <summary>What to do when a verb needs the cgroup that a container does not have.</summary>
internal static class NoCgroup
{
    public const string Hint = "it was created where no cgroup could be made, or with --cgroup-manager disabled; `minirun doctor` says what an ordinary user needs for one";
}
