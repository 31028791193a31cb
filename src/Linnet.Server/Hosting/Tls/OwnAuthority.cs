using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linnet.Transports.Tls;

namespace Linnet.Server.Hosting.Tls;

/// <summary>A certificate authority for one server: its certificate and its key, in a file that only the owner can read.</summary>
internal sealed class OwnAuthority
{
    /// <summary>The name of its file.</summary>
    internal const string FileName = "authority.pem";

    private const int SerialLength = 16;
    private const int Years = 10;

    // For clients whose clock is behind.
    private static readonly TimeSpan Earlier = TimeSpan.FromHours(1);
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly X509Certificate2 _withKey;
    private readonly TimeProvider _time;

    private OwnAuthority(X509Certificate2 withKey, TimeProvider time)
    {
        (_withKey, _time) = (withKey, time);
        Certificate = X509CertificateLoader.LoadCertificate(withKey.RawDataMemory.Span);
    }

    /// <summary>Its certificate, without the key.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>Reads the authority of a folder, or makes it.</summary>
    /// <exception cref="IOException">It cannot be read or written, or has expired; the message says what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read or written.</exception>
    internal static OwnAuthority Open(string folder, TimeProvider time)
    {
        string path = Path.Join(folder, FileName);
        if (!File.Exists(path))
        {
            Make(path, time);
        }

        try
        {
            string text = File.ReadAllText(path);
            var authority = new OwnAuthority(X509Certificate2.CreateFromPem(text, text), time);
            return time.GetUtcNow() < authority.Certificate.NotAfter ? authority
                : throw new IOException($"The server's own authority has expired. {Renewal(path)}");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new IOException($"The server's own authority cannot be read: {e.Message.TrimEnd('.')}. {Renewal(path)}", e);
        }
    }

    /// <summary>Issues a certificate for a server.</summary>
    /// <param name="names">The names and addresses in it.</param>
    /// <param name="key">Its key.</param>
    /// <param name="lifetime">How long it is valid, but no longer than the authority.</param>
    /// <returns>The certificate, without the key.</returns>
    internal X509Certificate2 Issue(MachineNames names, ECDsa key, TimeSpan lifetime)
    {
        var request = new CertificateRequest($"CN={names.First}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], critical: false));
        request.CertificateExtensions.Add(names.ToExtension());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        request.CertificateExtensions.Add(EnclosedAuthority.Of(Certificate));
        DateTimeOffset begin = Later(_time.GetUtcNow() - Earlier, Certificate.NotBefore);
        DateTimeOffset end = begin + lifetime;
        return request.Create(_withKey, begin, end < Certificate.NotAfter ? end : Certificate.NotAfter, Serial());
    }

    /// <summary>Whether a certificate comes from this authority.</summary>
    internal bool HasIssued(X509Certificate2 certificate)
    {
        using X509Certificate2? enclosed = EnclosedAuthority.Find(certificate);
        return enclosed?.RawDataMemory.Span.SequenceEqual(Certificate.RawDataMemory.Span) == true;
    }

    private static void Make(string path, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Linnet authority of {MachineNames.Host}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset begin = time.GetUtcNow() - Earlier;
        using X509Certificate2 certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), begin, begin.AddYears(Years), Serial());

        try
        {
            PrivateFile.Write(
                path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n", overwrites: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another server made it in the meantime: both use that one.
        }
    }

    private static byte[] Serial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(SerialLength);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static string Renewal(string path) => $"Delete '{path}' to make a new one, which all clients then have to trust again.";
}
