using System.Text.Json.Serialization;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>A profile in the format of Docker, podman and their kin: that of the runtime-spec, and conditions.</summary>
internal sealed class DockerProfile
{
    public string DefaultAction { get; set => field = value ?? ""; } = "";
    public uint? DefaultErrnoRet { get; set; }
    public List<string> Architectures { get; set => field = value ?? []; } = [];
    public List<DockerArchitecture> ArchMap { get; set => field = value ?? []; } = [];
    public List<string> Flags { get; set => field = value ?? []; } = [];
    public string? ListenerPath { get; set; }
    public string? ListenerMetadata { get; set; }
    public List<DockerSyscall> Syscalls { get; set => field = value ?? []; } = [];
}

internal sealed class DockerArchitecture
{
    public string Architecture { get; set => field = value ?? ""; } = "";
    public List<string> SubArchitectures { get; set => field = value ?? []; } = [];
}

internal sealed class DockerSyscall
{
    /// <summary>How old profiles name one system call.</summary>
    public string? Name { get; set; }
    public List<string> Names { get; set => field = value ?? []; } = [];
    public string Action { get; set => field = value ?? ""; } = "";
    public uint? ErrnoRet { get; set; }
    public List<OciSeccompArg> Args { get; set => field = value ?? []; } = [];
    public DockerCondition? Includes { get; set; }
    public DockerCondition? Excludes { get; set; }
}

internal sealed class DockerCondition
{
    public List<string> Caps { get; set => field = value ?? []; } = [];
    public List<string> Arches { get; set => field = value ?? []; } = [];
    public string? MinKernel { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DockerProfile))]
internal sealed partial class DockerProfileJson : JsonSerializerContext;
