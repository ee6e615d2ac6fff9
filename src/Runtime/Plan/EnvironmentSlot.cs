namespace Minirun.Runtime.Plan;

/// <summary>Points into one entry of the environment array: where fork-news writes its own pid.</summary>
public sealed record EnvironmentSlot(int Entry, int Offset);
