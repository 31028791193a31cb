using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linnet.Tests.Shared;

/// <summary>A certificate authority of a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="name">Its name.</param>
    /// <param name="parent">The authority that signs it; <see langword="null"/>: itself.</param>
    internal TestAuthority(string name = "Test authority", TestAuthority? parent = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        (DateTimeOffset begin, DateTimeOffset end) = (Now.AddYears(-2), Now.AddYears(2));
        Certificate = parent is null
            ? X509CertificateLoader.LoadCertificate(request.CreateSelfSigned(begin, end).RawDataMemory.Span)
            : request.Create(
                parent.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(parent._key), begin, end,
                RandomNumberGenerator.GetBytes(8));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Its certificate, without the key.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>Issues a certificate for a server.</summary>
    /// <param name="extensions">More extensions.</param>
    /// <param name="begin">From when it is valid, from now.</param>
    /// <param name="end">Until when it is valid, from now.</param>
    /// <param name="names">Names and addresses in it.</param>
    internal X509Certificate2 Issue(
        IEnumerable<X509Extension> extensions, TimeSpan begin, TimeSpan end, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        foreach (X509Extension extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using X509Certificate2 certificate = request.Create(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), Now + begin, Now + end,
            RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>Issues a certificate that is valid for some months.</summary>
    internal X509Certificate2 Issue(params string[] names) => Issue([], TimeSpan.FromDays(-1), TimeSpan.FromDays(90), names);

    public void Dispose()
    {
        _key.Dispose();
        Certificate.Dispose();
    }
}
