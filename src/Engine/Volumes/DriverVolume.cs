namespace Minirun.Engine.Volumes;

/// <summary>What a driver says of a volume.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mountpoint">Where it is mounted; empty: nowhere.</param>
/// <param name="Status">Whatever the driver wants to tell, as JSON; null: nothing.</param>
/// <param name="CreatedAt">When it was made, as the driver writes times.</param>
public sealed record DriverVolume(string Name, string Mountpoint = "", string? Status = null, string? CreatedAt = null);
