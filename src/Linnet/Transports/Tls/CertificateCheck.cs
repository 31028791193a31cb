using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linnet.Wire;

namespace Linnet.Transports.Tls;

/// <summary>Checks the certificate of one server during the handshake, and keeps why it is not accepted.</summary>
/// <param name="host">The host of the address; an IPv6 address without brackets.</param>
/// <param name="trust">What to accept; <see langword="null"/>: what this system trusts.</param>
/// <param name="time">The clock.</param>
internal sealed class CertificateCheck(string host, ServerTrust? trust, TimeProvider time)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly string _shown = ZonedHost.Written(ZonedHost.Without(host));
    private TlsProblem? _problem;

    /// <summary>Options for a handshake that asks this check.</summary>
    internal SslClientAuthenticationOptions CreateOptions() => new()
    {
        TargetHost = ZonedHost.Without(host),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = Accepts,
    };

    /// <summary>Why the handshake failed, for the user.</summary>
    /// <param name="server">Host and port.</param>
    /// <param name="cause">The error of the handshake.</param>
    internal TransportException ToFailure(string server, Exception cause) => (_problem ?? TlsProblem.Handshake(server)).ToException(cause);

    /// <summary>Whether the server's certificate is accepted.</summary>
    internal bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 own)
        {
            _problem = TlsProblem.Untrusted(_shown, null);
            return false;
        }

        X509Certificate2? enclosed = null;
        try
        {
            enclosed = EnclosedAuthority.Find(own);
            X509Certificate2[] presented = [own, .. chain?.ChainPolicy.ExtraStore ?? [], .. enclosed is null ? [] : new[] { enclosed }];
            _problem = Judge(own, presented, errors);
        }
        catch (CryptographicException)
        {
            _problem = TlsProblem.Untrusted(_shown, new ShownCertificate(own, IsAuthority: false));
        }
        finally
        {
            enclosed?.Dispose();
        }

        return _problem is null;
    }

    private TlsProblem? Judge(X509Certificate2 own, X509Certificate2[] presented, SslPolicyErrors errors)
    {
        bool hasName = !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        if (trust is not { Fingerprint: not null } and not { Authorities.Count: > 0 })
        {
            return errors is SslPolicyErrors.None ? null
                : Expired(own) ?? (!hasName && !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
                    ? TlsProblem.OtherName(_shown, own)
                    : TlsProblem.Untrusted(_shown, Shown(own, presented)));
        }

        if (trust.Fingerprint is not null && CertificateFingerprint.TryParse(trust.Fingerprint, out byte[]? fingerprint))
        {
            // The one certificate that the user named is accepted for any name: only its owner has its key.
            return CertificateFingerprint.Is(own, fingerprint) ? Expired(own)
                : Array.Find(presented, c => CertificateFingerprint.Is(c, fingerprint)) is X509Certificate2 authority
                    && IsFrom([authority], own, presented)
                    ? Expired(own) ?? (hasName ? null : TlsProblem.OtherName(_shown, own))
                : TlsProblem.OtherFingerprint(_shown, Shown(own, presented));
        }

        return Expired(own)
            ?? (!IsFrom(trust.Authorities, own, presented)
                ? TlsProblem.OtherAuthority(_shown, Shown(own, presented))
            : hasName ? null
            : TlsProblem.OtherName(_shown, own));
    }

    /// <summary>Whether one of the authorities has signed the certificate, or an authority that has.</summary>
    private bool IsFrom(IReadOnlyList<X509Certificate2> authorities, X509Certificate2 own, X509Certificate2[] presented)
    {
        using var chain = new X509Chain();
        X509ChainPolicy policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities.ToArray());
        policy.ExtraStore.AddRange(presented);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(ServerAuthentication);
        policy.VerificationTime = Now.LocalDateTime;

        // The chain may end at an authority that another one has signed. Signatures and dates are checked nevertheless, and below that the
        // authority is in the chain. Dates at the time of an expired certificate are of no use: that is reported by itself.
        policy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority
            | (Expired(own) is null ? X509VerificationFlags.NoFlag : X509VerificationFlags.IgnoreNotTimeValid);
        return chain.Build(own) && chain.ChainElements.Any(element =>
            authorities.Any(a => a.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private TlsProblem? Expired(X509Certificate2 own) =>
        Now > own.NotAfter ? TlsProblem.Expired(_shown, own.NotAfter)
        : Now < own.NotBefore ? TlsProblem.NotYetValid(_shown, own.NotBefore)
        : null;

    // The authority's lasts longer, and is the one that a Linnet server prints. But anyone can present one that has signed nothing here.
    private ShownCertificate Shown(X509Certificate2 own, X509Certificate2[] presented) =>
        Array.FindLast(
            presented, c => c.SubjectName.RawData.AsSpan().SequenceEqual(c.IssuerName.RawData) && IsFrom([c], own, presented))
            is X509Certificate2 authority
            ? new ShownCertificate(authority, !authority.RawDataMemory.Span.SequenceEqual(own.RawDataMemory.Span))
            : new ShownCertificate(own, IsAuthority: false);
}
