namespace Linnet.Server.Hosting.Tls;

/// <summary>The certificate that a server shows over TLS.</summary>
internal sealed record TlsSettings
{
    /// <summary>
    /// A PEM file with the certificate, those of its issuers and perhaps its key, or a PFX file; <see langword="null"/>: the server makes a
    /// certificate of its own.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the private key; <see langword="null"/>, the default: the key is in the certificate's file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The password of an encrypted key or a PFX file; <see langword="null"/>, the default: it is not encrypted.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// The folder for the server's own authority and certificate; <see langword="null"/>, the default: <see cref="StateFolder.Find"/>.
    /// </summary>
    public string? StateFolder { get; init; }

    /// <summary>
    /// Names and addresses in the server's own certificate beside those of this machine: of a router or a proxy before it. Default: none.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>All but the password.</summary>
    public override string ToString() =>
        $"{nameof(TlsSettings)} {{ {CertificateFile ?? "self-signed"}, {KeyFile}, {StateFolder}, {string.Join(' ', Names)} }}";
}
