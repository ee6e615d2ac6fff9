using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>A compiled profile: what seccomp(2) takes, and who is to be told.</summary>
/// <param name="Program">Instructions of classic BPF, struct sock_filter each.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_*.</param>
public sealed record SeccompFilter(byte[] Program, uint Flags)
{
    /// <summary>The agent's socket; null when nobody is notified.</summary>
    public string? ListenerPath { get; init; }
    public string? ListenerMetadata { get; init; }

    /// <summary>The document it was compiled from; made when somebody asks.</summary>
    public required Func<OciSeccomp> Document { get; init; }

    /// <summary>What it was made from, for messages.</summary>
    public string Name { get; init; } = "linux.seccomp";

    public int Length => Program.Length / 8;
    public bool Notifies => (Flags & seccomp.SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
}
