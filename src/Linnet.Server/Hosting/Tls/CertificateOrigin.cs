namespace Linnet.Server.Hosting.Tls;

/// <summary>Where a server's certificate comes from.</summary>
internal abstract class CertificateOrigin
{
    /// <summary>How often to ask for a new one.</summary>
    internal abstract TimeSpan Period { get; }

    /// <summary>Gets the first certificate.</summary>
    /// <exception cref="IOException">There is none; the message says what to do.</exception>
    internal abstract ServedCertificate Open();

    /// <summary>Gets a new certificate; <see langword="null"/>: the current one stays.</summary>
    /// <exception cref="IOException">There is a new one that cannot be used. Thrown once for each.</exception>
    internal abstract ServedCertificate? Renew();
}
