using Minirun.Runtime.Request;

namespace Minirun.Engine.Life;

/// <summary>A container that somebody asks for: a command line, a container file, a build, a composition.</summary>
/// <param name="Options">What the runtime is to do. It becomes more definite while the container is made.</param>
/// <param name="Engine">What the engine is to do.</param>
/// <param name="Words">What was said after run or create: whoever makes it again says that.</param>
/// <param name="Directory">Where it was said.</param>
public sealed record ContainerRequest(RunOptions Options, EngineOptions Engine, List<string> Words, string Directory);
