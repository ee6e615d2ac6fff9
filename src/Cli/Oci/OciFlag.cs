namespace Minirun.Cli.Oci;

/// <summary>A flag of minirun-oci. Without a name for its value it is a switch.</summary>
internal readonly record struct OciFlag(string Name, char Letter, string? Value, string Help);
