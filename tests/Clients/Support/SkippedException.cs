namespace Minirun.Clients.Support;

/// <summary>This cannot be tried here, and why.</summary>
public sealed class SkippedException(string reason) : Exception(reason);
