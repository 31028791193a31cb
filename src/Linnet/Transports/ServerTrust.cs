using System.Security.Cryptography.X509Certificates;
using Linnet.Transports.Tls;

namespace Linnet.Transports;

/// <summary>Which certificates a client accepts from servers over TLS. By default those that this system trusts.</summary>
public sealed record ServerTrust : IValidatable
{
    /// <summary>The authorities to trust instead of those of this system. Empty, the default: those of this system.</summary>
    public IReadOnlyList<X509Certificate2> Authorities { get; init; } = [];

    /// <summary>
    /// The SHA-256 fingerprint of the server's certificate, or of an authority that the server presents with it: 64 hexadecimal digits,
    /// colons allowed. The server's own certificate is then accepted for any name; that of an authority only for the names in it.
    /// <see langword="null"/>, the default: none.
    /// </summary>
    public string? Fingerprint { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(
            Fingerprint is null || CertificateFingerprint.TryParse(Fingerprint, out _),
            $"{nameof(Fingerprint)} is '{Fingerprint}'; it must be a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed.")
        .Require(
            Fingerprint is null || Authorities.Count == 0,
            $"{nameof(Fingerprint)} and {nameof(Authorities)} are both set: use one of them.");
}
