using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Minirun.Tls;

/// <summary>Whether the other side is who it should be, and in words why not.</summary>
internal sealed class PeerCertificate(TlsArguments arguments, X509Certificate2Collection? authorities)
{
    public string? Refusal { get; private set; }

    public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (arguments.SkipVerify || errors == SslPolicyErrors.None) return true;
        if (certificate is not X509Certificate2 theirs) return Refuse("it has no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return Refuse($"its certificate is for {Names(theirs)}, not for {arguments.Host}");
        string why = Why(chain);
        return authorities is null ? Refuse($"its certificate cannot be trusted: {why}") : IsSigned(theirs, chain);
    }

    /// <summary>By those of the file: the system's have been tried.</summary>
    private bool IsSigned(X509Certificate2 theirs, X509Chain? sent)
    {
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities!);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (sent is not null) own.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return own.Build(theirs) || Refuse($"its certificate cannot be trusted: {Why(own)}");
    }

    private static string Why(X509Chain? chain)
    {
        foreach (X509ChainStatus status in chain?.ChainStatus ?? [])
            switch (status.Status)
            {
                case X509ChainStatusFlags.NotTimeValid: return "it has expired, or is not valid yet";
                case X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain:
                    return "no authority that is known here has signed it";
                case not X509ChainStatusFlags.NoError: return status.StatusInformation.Trim();
            }
        return "its chain cannot be built";
    }

    private static string Names(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (X509Extension extension in certificate.Extensions)
            if (extension is X509SubjectAlternativeNameExtension all)
            {
                names.AddRange(all.EnumerateDnsNames());
                foreach (System.Net.IPAddress address in all.EnumerateIPAddresses()) names.Add(address.ToString());
            }
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }

    private bool Refuse(string reason)
    {
        Refusal = reason;
        return false;
    }
}
