namespace Minirun.Cli.Oci;

internal static class OciName
{
    /// <summary>What the program is called when it is an OCI runtime.</summary>
    public const string Program = "minirun-oci";
}
