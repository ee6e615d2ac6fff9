using Minirun.Linux.Calls;
using System.Text.Json;
using System.Text.Json.Serialization;
using Minirun.Linux;
using Minirun.Runtime.Request;
using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Hands the listener of a filter that notifies to the agent that waits at <c>listenerPath</c>, with who asks
/// (ContainerProcessState, config-linux.md). From then on the agent answers the container's system calls (seccomp_unotify(2)).
/// </summary>
public static class SeccompAgent
{
    /// <summary>Of a container of <c>minirun run</c>, which has no bundle.</summary>
    public static void Give(ContainerSpec spec, int listener, int pid)
    {
        OciSpec oci = spec.Oci;
        string id = oci.Annotations?.GetValueOrDefault("minirun.name") ?? "minirun-" + pid;
        var container = new OciState
        {
            OciVersion = oci.OciVersion,
            Id = id,
            Status = OciState.Creating,
            Pid = pid,
            Bundle = oci.Root.Path,
            Annotations = oci.Annotations,
        };
        Give(spec, listener, pid, container);
    }

    /// <summary>Gives the listener away, and closes it.</summary>
    /// <param name="spec">Its filter says where to.</param>
    /// <param name="listener">What is given.</param>
    /// <param name="pid">The process under the filter: the container's first, or one that joined.</param>
    /// <param name="container">The container it is in.</param>
    /// <exception cref="UserError">Nobody listens at the path.</exception>
    public static void Give(ContainerSpec spec, int listener, int pid, OciState container)
    {
        SeccompFilter filter = spec.Seccomp!;
        string path = filter.ListenerPath!;
        try
        {
            var message =
                new AgentMessage { OciVersion = container.OciVersion, Pid = pid, Metadata = filter.ListenerMetadata, State = container };
            UnixSocket.Give(path, listener, JsonSerializer.Serialize(message, AgentJson.Default.AgentMessage));
        }
        catch (LinuxException error)
        {
            throw new UserError($"failed to connect with seccomp agent {path}: {error.Message}",
                "start the agent first: the profile's listenerPath is the socket that it listens on");
        }
        finally
        {
            unistd.close(listener);
        }
    }
}

internal sealed class AgentMessage
{
    public string OciVersion { get; init; } = "";

    /// <summary>What the descriptors that come along are, in their order.</summary>
    public List<string> Fds { get; } = ["seccompFd"];
    public int Pid { get; init; }
    public string? Metadata { get; init; }
    public OciState? State { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentMessage))]
internal sealed partial class AgentJson : JsonSerializerContext;
