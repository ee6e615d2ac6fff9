using Minirun.Clients.Common;

namespace Minirun.Clients.Podman;

/// <summary>podman: as root rootful, as an ordinary user rootless.</summary>
public sealed partial class PodmanTests(PodmanClient client) : ContainerFacts<PodmanClient>(client);
