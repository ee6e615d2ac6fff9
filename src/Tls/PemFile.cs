using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Minirun.Tls;

/// <summary>Certificates and keys from files.</summary>
internal static class PemFile
{
    /// <summary>Those that may have signed the other side's; null without a file.</summary>
    public static X509Certificate2Collection? Authorities(string? path) => path is null ? null : All(path);

    /// <summary>What we show of ourselves, if the other side wants to know.</summary>
    public static SslStreamCertificateContext? Own(string? path, string? key)
    {
        if (path is null) return null;
        X509Certificate2Collection all = All(path);
        try
        {
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(path, key), all, offline: true);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CryptographicException($"{path} and {key} are not a certificate and its key");
        }
    }

    private static X509Certificate2Collection All(string path)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(File.ReadAllText(path));
        }
        catch (CryptographicException)
        {
            // Then it has none.
        }
        return all.Count > 0 ? all : throw new CryptographicException($"{path}: no certificate in it");
    }
}
