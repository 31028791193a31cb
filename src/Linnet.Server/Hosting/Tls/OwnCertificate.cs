using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting.Tls;

/// <summary>
/// A certificate that the server makes for itself, for this machine's names and addresses. It is issued by an authority of the server's
/// own, which lasts: a client that trusts the authority also trusts all later certificates.
/// </summary>
/// <param name="stateFolder">Where they are kept; <see langword="null"/>: the usual place.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told if other users can read the keys.</param>
/// <param name="names">Gives this machine's names and addresses; default: <see cref="MachineNames.Read"/>.</param>
internal sealed class OwnCertificate(string? stateFolder, TimeProvider time, ILogger logger, Func<MachineNames>? names = null)
    : CertificateOrigin
{
    private const string FileName = "certificate.pem";

    // Clients refuse certificates that are valid for more than 398 days.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(396);
    private static readonly TimeSpan RenewalBeforeEnd = TimeSpan.FromDays(60);

    private string _path = "";
    private OwnAuthority? _authority;
    private X509Certificate2? _certificate;

    /// <inheritdoc/>
    internal override TimeSpan Period => TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    internal override ServedCertificate Open()
    {
        string folder = stateFolder is null ? StateFolder.Find("tls") : Path.Join(stateFolder, "tls");
        try
        {
            StateFolder.Make(folder);
            _path = Path.Join(folder, FileName);
            JudgeFolder(folder);
            _authority = OwnAuthority.Open(folder, time);
            MachineNames now = (names ?? MachineNames.Read)();
            _certificate = TryRead() is X509Certificate2 kept && IsGood(kept, now) ? kept : Issue(now);
            return Served();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(
                $"The server's own certificate cannot be kept in '{folder}': {e.Message.TrimEnd('.')}. Name a folder of the server's user "
                    + "with --state-folder.",
                e);
        }
    }

    /// <inheritdoc/>
    internal override ServedCertificate? Renew()
    {
        MachineNames now = (names ?? MachineNames.Read)();
        if (IsGood(_certificate!, now))
        {
            return null;
        }

        _certificate = Issue(now);
        return Served();
    }

    /// <summary>The certificate with a key that this system's TLS can use.</summary>
    internal static X509Certificate2 WithUsableKey(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // Windows uses no key that is in memory alone.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        }
    }

    // Who can read the authority's key can stand in for this server. A warning and no refusal: a server that runs should not be down after
    // an update or a restored copy has changed modes, and the key must be replaced in any case.
    private void JudgeFolder(string folder)
    {
        if (PrivateFile.IsFolderOpen(folder))
        {
            logger.StateFolderIsOpen(folder);
        }

        foreach (string path in new[] { Path.Join(folder, OwnAuthority.FileName), _path }.Where(static p => File.Exists(p)))
        {
            if (PrivateFile.IsOpen(path))
            {
                logger.OwnKeyIsOpen(path);
            }
        }
    }

    private ServedCertificate Served() => new(_certificate!, [_authority!.Certificate], _authority.Certificate);

    private bool IsGood(X509Certificate2 certificate, MachineNames now) =>
        time.GetUtcNow() is var moment && moment > certificate.NotBefore && moment < certificate.NotAfter - RenewalBeforeEnd
        && now.AreIn(certificate) && _authority!.HasIssued(certificate);

    private X509Certificate2 Issue(MachineNames now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issued = _authority!.Issue(now, key, Lifetime);
        using X509Certificate2 whole = issued.CopyWithPrivateKey(key);
        PrivateFile.Write(_path, $"{whole.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n", overwrites: true);
        return WithUsableKey(X509Certificate2.CreateFromPem(whole.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()));
    }

    // Null: it is not there, or broken. Then a new one is made.
    private X509Certificate2? TryRead()
    {
        try
        {
            string text = File.ReadAllText(_path);
            return WithUsableKey(X509Certificate2.CreateFromPem(text, text));
        }
        catch (Exception e) when (e is FileNotFoundException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
