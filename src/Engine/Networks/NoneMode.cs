namespace Minirun.Engine.Networks;

/// <summary>A network with only lo: the runtime makes the namespace, and brings lo up.</summary>
internal sealed class NoneMode() : BareMode("none", own: true);
