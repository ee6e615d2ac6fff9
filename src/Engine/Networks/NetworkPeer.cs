namespace Minirun.Engine.Networks;

/// <summary>A container on a network.</summary>
/// <param name="Names">Its own first, then its aliases and its short id.</param>
public sealed record NetworkPeer(string Id, string Address, string[] Names);
