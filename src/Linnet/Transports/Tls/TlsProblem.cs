using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Linnet.Transports.Tls;

/// <summary>Why no connection over TLS came about, in a sentence for the user.</summary>
/// <param name="Message">The sentence.</param>
internal sealed record TlsProblem(string Message)
{
    private const int MaxNames = 5;
    private const int MaxName = 80;

    private static readonly SettingAdvice Trust = new("PlayerOptions.Trust");
    private static readonly SettingAdvice Fingerprint = new("ServerTrust.Fingerprint");

    private bool IsFinal { get; init; }

    private bool IsUnknown { get; init; }

    private SettingAdvice? Advice { get; init; }

    /// <summary>The server presents a certificate that nobody here knows.</summary>
    /// <param name="host">The server.</param>
    /// <param name="shown">Which fingerprint to compare; <see langword="null"/>: it presents no certificate.</param>
    internal static TlsProblem Untrusted(string host, ShownCertificate? shown) => shown is null
        ? new($"{host} presents no certificate.") { IsFinal = true, IsUnknown = true }
        : Distrusted($"The certificate of {host} is not trusted here. {shown}. If the server shows the same one, accept it");

    /// <summary>The server presents no certificate with the given fingerprint.</summary>
    internal static TlsProblem OtherFingerprint(string host, ShownCertificate shown) => Distrusted(
        $"{host} presents another certificate than the one expected. {shown}. If the server was given a new certificate, accept that");

    /// <summary>The certificate is not from the given authorities.</summary>
    internal static TlsProblem OtherAuthority(string host, ShownCertificate shown) => Distrusted(
        $"The certificate of {host} is not from the authority expected. {shown}. If the server was given a new certificate, accept that");

    /// <summary>The certificate is for other names.</summary>
    internal static TlsProblem OtherName(string host, X509Certificate2 certificate) => Distrusted(
        $"The certificate of {host} is for {NamesOf(certificate)} and not for this name: use such a name in the address, or accept the "
            + $"certificate itself, whose SHA-256 fingerprint is {CertificateFingerprint.Of(certificate)},") with
    { Advice = Fingerprint };

    /// <summary>The certificate has expired. It may be renewed.</summary>
    internal static TlsProblem Expired(string host, DateTime end) => new(
        $"The certificate of {host} expired on {Day(end)}: the server needs a new one, or the clock of this machine is wrong.")
    {
        IsUnknown = true,
    };

    /// <summary>The certificate is not valid yet.</summary>
    internal static TlsProblem NotYetValid(string host, DateTime begin) => new(
        $"The certificate of {host} is not valid before {Day(begin)}: is the clock of this machine right?")
    {
        IsUnknown = true,
    };

    /// <summary>The handshake failed for another reason.</summary>
    internal static TlsProblem Handshake(string server) => new(
        $"The TLS handshake with {server} failed: check that this port speaks TLS (1.2 or 1.3). Without TLS, the address begins with "
            + "rtsp:// or http://.")
    {
        IsUnknown = true,
    };

    /// <summary>The server closed the connection during the handshake, as one that is busy does, or one that speaks no TLS.</summary>
    internal static TlsProblem Closed(string server) =>
        new($"{server} closed the connection during the TLS handshake: it is busy, or that port does not speak TLS.");

    /// <summary>The exception with the sentence.</summary>
    internal TransportException ToException(Exception cause) =>
        new(Message, cause) { IsFinal = IsFinal, IsUnknown = IsUnknown, Advice = Advice };

    private static TlsProblem Distrusted(string message) => new(message) { IsFinal = true, IsUnknown = true, Advice = Trust };

    private static string NamesOf(X509Certificate2 certificate)
    {
        string[] names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(static (IPAddress a) => a.ToString())))
            .Where(static name => name.Length is > 0 and <= MaxName && name.All(static c => c is > ' ' and <= '~'))
            .Take(MaxNames + 1).ToArray();
        return names.Length == 0 ? "other names"
            : string.Join(", ", names.Take(MaxNames)) + (names.Length > MaxNames ? " and others" : "");
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
