namespace Minirun.Tls;

/// <summary>What the program is started with.</summary>
/// <param name="Host">The other side, by name or address: who its certificate has to be of.</param>
internal sealed record TlsArguments(string Host)
{
    /// <summary>Certificates, besides the system's, that may have signed the other side's (PEM).</summary>
    public string? CaCert { get; private set; }

    /// <summary>Our own certificate, with those between it and its root, and its key (PEM).</summary>
    public string? Cert { get; private set; }
    public string? Key { get; private set; }

    /// <summary>Any certificate will do.</summary>
    public bool SkipVerify { get; private set; }

    /// <summary>What the other side sends is not passed on; instead the number of bytes that went to it is, 4 bytes each time.</summary>
    public bool Acknowledge { get; private set; }

    /// <summary>Null when it makes no sense.</summary>
    public static TlsArguments? Parse(string[] words)
    {
        if (words.Length == 0 || words[^1].StartsWith('-')) return null;
        var arguments = new TlsArguments(words[^1]);
        for (int i = 0; i < words.Length - 1; i++)
            switch (words[i])
            {
                case "--acknowledge": arguments.Acknowledge = true; break;
                case "--skip-verify": arguments.SkipVerify = true; break;
                case "--ca-cert" when i + 2 < words.Length: arguments.CaCert = words[++i]; break;
                case "--cert" when i + 2 < words.Length: arguments.Cert = words[++i]; break;
                case "--key" when i + 2 < words.Length: arguments.Key = words[++i]; break;
                default: return null;
            }
        return arguments;
    }
}
