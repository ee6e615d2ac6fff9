namespace Minirun.Engine.Networks;

/// <summary>The host's network.</summary>
internal sealed class HostMode() : BareMode("host", own: false);
