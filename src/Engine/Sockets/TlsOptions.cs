
namespace Minirun.Engine.Sockets;

/// <summary>How a connection is secured. Files are PEM.</summary>
/// <param name="CaCert">Certificates, besides the system's, that may have signed the other side's.</param>
/// <param name="Cert">Our own, with <paramref name="Key"/>, for a side that wants to know.</param>
/// <param name="SkipVerify">Any certificate of the other side will do.</param>
internal sealed record TlsOptions(string? CaCert, string? Cert, string? Key, bool SkipVerify)
{
    /// <summary>What is in a setting: nothing is as good as none.</summary>
    public static string? File(string? path) => path is { Length: > 0 } ? path : null;
}
