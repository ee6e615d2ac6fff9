namespace Minirun.Clients.Containerd.Cri;

/// <summary>What the runtime service refused, with gRPC's number of the kind of error.</summary>
internal sealed class CriException(int status, string message) : Exception($"{message} (gRPC status {status})")
{
    public int Status => status;
}
