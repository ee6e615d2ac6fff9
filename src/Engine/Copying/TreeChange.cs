namespace Minirun.Engine.Copying;

/// <summary>What a container did to a file.</summary>
/// <param name="Kind">A: made, C: changed, D: removed.</param>
/// <param name="Path">From its root.</param>
public readonly record struct TreeChange(char Kind, string Path);
