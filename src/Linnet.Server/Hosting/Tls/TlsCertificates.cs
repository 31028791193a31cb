using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting.Tls;

/// <summary>
/// The certificate of a server's ports. A new one is taken while the ports stay open: connections keep theirs, and the next handshake has
/// the new one. If that cannot be used, the old one stays.
/// </summary>
internal sealed class TlsCertificates
{
    /// <summary>How long before its end a certificate is reported.</summary>
    internal static readonly TimeSpan Warning = TimeSpan.FromDays(14);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private CertificateOrigin _origin;
    private volatile ServedCertificate _current;
    private ServedCertificate? _waiting;
    private Standing _said;

    private TlsCertificates(CertificateOrigin origin, ServedCertificate first, TimeProvider time, ILogger logger)
    {
        (_origin, _current, _time, _logger) = (origin, first, time, logger);
        Say(first);
    }

    private enum Standing
    {
        Valid,
        Expiring,
        Expired,
    }

    /// <summary>The certificate of the next handshake.</summary>
    internal ServedCertificate Current => _current;

    /// <summary>Gets the first certificate.</summary>
    /// <exception cref="IOException">There is none; the message says what to do.</exception>
    internal static TlsCertificates Open(TlsSettings settings, TimeProvider time, ILogger logger)
    {
        CertificateOrigin origin = OriginOf(settings, time, logger);
        return new TlsCertificates(origin, origin.Open(), time, logger);
    }

    /// <summary>Takes the certificate that these settings name, at once. If it cannot be used, everything stays as it is.</summary>
    /// <exception cref="IOException">It cannot be used; the message says why.</exception>
    internal void Use(TlsSettings settings)
    {
        lock (_lock)
        {
            CertificateOrigin origin = OriginOf(settings, _time, _logger);
            ServedCertificate next = origin.Open();
            (_origin, _waiting) = (origin, null);
            Take(next);
        }
    }

    /// <summary>Looks for new certificates until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_origin.Period, _time, cancellationToken).ConfigureAwait(false);
                Renew();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private static CertificateOrigin OriginOf(TlsSettings settings, TimeProvider time, ILogger logger) =>
        settings.CertificateFile is null ? new OwnCertificate(
                settings.StateFolder, time, logger, () => MachineNames.Read().With(settings.Names))
            : new CertificateFile(settings, logger);

    private void Renew()
    {
        lock (_lock)
        {
            try
            {
                if (_origin.Renew() is ServedCertificate found)
                {
                    _waiting = found;
                    if (MustWait(found))
                    {
                        _logger.CertificateWaits(Day(found.Certificate.NotBefore), Day(found.Certificate), Day(_current.Certificate));
                    }
                }

                if (_waiting is ServedCertificate next && !MustWait(next))
                {
                    _waiting = null;
                    Take(next);
                }
            }
            catch (Exception e)
            {
                _logger.CertificateNotRenewed(e, Day(_current.Certificate), e.Message);
            }

            Judge();
        }
    }

    // One that clients refuse now must not replace one that they accept.
    private bool MustWait(ServedCertificate next) => IsValid(_current.Certificate) && !IsValid(next.Certificate);

    private bool IsValid(X509Certificate2 certificate) =>
        _time.GetUtcNow() is var now && now >= certificate.NotBefore && now <= certificate.NotAfter;

    private void Take(ServedCertificate next)
    {
        bool isOther = next.Certificate.Thumbprint != _current.Certificate.Thumbprint;

        // The old one may be in a handshake: it is left to the finalizer.
        _current = next;
        if (isOther)
        {
            _said = Standing.Valid;
            Say(next);
        }
    }

    private void Say(ServedCertificate certificate)
    {
        _logger.CertificateUsed(NamesOf(certificate.Certificate), Day(certificate.Certificate));
        Judge();
    }

    // Each is said once.
    private void Judge()
    {
        X509Certificate2 certificate = _current.Certificate;
        DateTimeOffset now = _time.GetUtcNow();
        Standing standing = now > certificate.NotAfter ? Standing.Expired
            : now > certificate.NotAfter - Warning ? Standing.Expiring
            : Standing.Valid;
        if (standing <= _said)
        {
            return;
        }

        _said = standing;
        if (standing == Standing.Expired)
        {
            _logger.CertificateExpired(NamesOf(certificate), Day(certificate));
        }
        else
        {
            _logger.CertificateExpires(NamesOf(certificate), Day(certificate));
        }
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static e =>
            e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(static a => a.ToString())))];
        return names.Length > 0 ? string.Join(", ", names) : certificate.Subject;
    }

    private static string Day(X509Certificate2 certificate) => Day(certificate.NotAfter);

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
