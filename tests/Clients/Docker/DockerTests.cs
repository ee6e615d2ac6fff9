using Minirun.Clients.Common;

namespace Minirun.Clients.Docker;

public sealed partial class DockerTests(DockerClient client) : ContainerFacts<DockerClient>(client);
