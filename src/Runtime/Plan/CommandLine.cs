namespace Minirun.Runtime.Plan;

/// <summary>argv: as words to show, and as bytes where these are not UTF-8.</summary>
public sealed record CommandLine(string[] Words, byte[][]? Bytes);
