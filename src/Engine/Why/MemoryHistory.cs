namespace Minirun.Engine.Why;

/// <summary>What a cgroup tells of memory. In bytes; 0 for what is not known or not there.</summary>
/// <param name="OomKills">Processes that the kernel killed for want of memory.</param>
public readonly record struct MemoryHistory(long OomKills, long Peak, long Limit);
