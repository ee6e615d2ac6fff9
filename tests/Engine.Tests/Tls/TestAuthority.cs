using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Minirun.Engine.Tests.Tls;

/// <summary>An authority of one test, a server's certificate for 127.0.0.1 and a client's, as PEM files. Gone on Dispose.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly X509Certificate2 _root;

    public TestAuthority(bool expired = false)
    {
        using var key = RSA.Create(2048);
        CertificateRequest request = Request($"minirun's test authority {Guid.NewGuid()}", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _root = request.CreateSelfSigned(_now.AddDays(-3), _now.AddDays(3));
        File.WriteAllText(CaCert, _root.ExportCertificatePem());
        Issue("server", expired ? -1 : 1);
        Issue("client", 1);
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("minirun-tls-").FullName;

    public string CaCert => Directory + "/ca.pem";
    public string ServerCert => Directory + "/server.pem";
    public string ServerKey => Directory + "/server.key";
    public string ClientCert => Directory + "/client.pem";
    public string ClientKey => Directory + "/client.key";

    public X509Certificate2 Server => X509Certificate2.CreateFromPemFile(ServerCert, ServerKey);

    public void Dispose()
    {
        _root.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private void Issue(string name, int days)
    {
        using var key = RSA.Create(2048);
        CertificateRequest request = Request(name, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName(name + ".test");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(name == "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        using X509Certificate2 issued = request.Create(_root, _now.AddDays(-2), _now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText($"{Directory}/{name}.pem", issued.ExportCertificatePem());
        File.WriteAllText($"{Directory}/{name}.key", key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
