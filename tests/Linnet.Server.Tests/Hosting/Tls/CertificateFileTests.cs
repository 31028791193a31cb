using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linnet.Server.Hosting;
using Linnet.Server.Hosting.Tls;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>Certificates from files, and their renewal while the ports stay open.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly HostLog _log = new();

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("one.pem", "")]
    [InlineData("two.pem", "")]
    [InlineData("encrypted.pem", "secret")]
    [InlineData("plain.pfx", "")]
    [InlineData("locked.pfx", "secret")]
    public void A_certificate_is_read_from_every_form(string form, string password)
    {
        using X509Certificate2 own = _authority.Issue("radio.example");
        var settings = new TlsSettings { CertificateFile = _folder[form], Password = password.Length > 0 ? password : null };
        using ECDsa key = own.GetECDsaPrivateKey()!;
        string chain = own.ExportCertificatePem() + "\n" + _authority.Certificate.ExportCertificatePem() + "\n";
        switch (form)
        {
            case "one.pem":
                _folder.Write(form, $"{key.ExportPkcs8PrivateKeyPem()}\n{chain}");
                break;
            case "two.pem":
                _folder.Write(form, chain);
                settings = settings with { KeyFile = _folder.Write("key.pem", key.ExportECPrivateKeyPem()) };
                break;
            case "encrypted.pem":
                var how = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
                _folder.Write(form, chain + key.ExportEncryptedPkcs8PrivateKeyPem(password, how));
                break;
            default:
                _folder.Write(form, new X509Certificate2Collection { own, _authority.Certificate }.Export(X509ContentType.Pfx, password)!);
                break;
        }

        ServedCertificate served = new CertificateFile(settings, _log).Open();

        Assert.Equal(own.Thumbprint, served.Certificate.Thumbprint);
        Assert.True(served.Certificate.HasPrivateKey);
        Assert.Null(served.Authority);
    }

    [Theory]
    [InlineData("missing", null, "There is no file '{0}' with the certificate.")]
    [InlineData("no key", null, "'{0}' has no private key: add it to the file, or name its file with --tls-key.")]
    [InlineData("other key", null, "The certificate in '{0}' cannot be used with the key in '{0}'.")]
    [InlineData("locked", null, "The private key in '{0}' is encrypted: give its password with --tls-password-file.")]
    [InlineData("locked", "wrong", "The certificate in '{0}' cannot be used with the key in '{0}'.")]
    [InlineData("noise", null, "'{0}' is neither a PEM file nor a PFX file that can be read without a password")]
    [InlineData("noise", "x", "'{0}' is neither a PEM file nor a PFX file with this password.")]
    [InlineData("half", null, "'{0}' has no private key")]
    public void What_is_wrong_with_a_file_is_said(string kind, string? password, string sentence)
    {
        using X509Certificate2 own = _authority.Issue("radio.example");
        using ECDsa key = own.GetECDsaPrivateKey()!;
        using var other = ECDsa.Create();
        string certificate = own.ExportCertificatePem() + "\n";
        string path = _folder["server.pem"];
        string? text = kind switch
        {
            "no key" => certificate,
            "other key" => certificate + other.ExportPkcs8PrivateKeyPem(),
            "locked" => certificate
                + key.ExportEncryptedPkcs8PrivateKeyPem("secret", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
            "noise" => "not a certificate",
            "half" => certificate[..(certificate.Length / 2)],
            _ => null,
        };
        if (text is not null)
        {
            _folder.Write("server.pem", text);
        }

        IOException e = Assert.ThrowsAny<IOException>(
            () => new CertificateFile(new TlsSettings { CertificateFile = path, Password = password }, _log).Open());

        Assert.StartsWith(sentence.Replace("{0}", path, StringComparison.Ordinal), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_file_is_shown_to_new_connections_while_the_old_ones_hear_every_sample()
    {
        using X509Certificate2 first = Write(_authority.Issue("radio.example"));
        var source = new CountingSource();
        await using TlsServer server = await TlsServer.StartAsync(new RadioHostOptions { Tls = Settings }, _time, _log, source);
        await using SslStream https = await TlsServer.ConnectAsync(server.Https);
        await using SslStream rtsps = await TlsServer.ConnectAsync(server.Rtsps);
        CountingEar wav = await CountingEar.OfWavAsync(https, HangLimit);
        CountingEar l16 = await CountingEar.OfL16Async(rtsps, HangLimit);
        await wav.HearAsync(5000, HangLimit);
        await l16.HearAsync(1000, HangLimit);
        Assert.Equal(first.Thumbprint, (await TlsServer.ShownAsync(server.Https)).Thumbprint);

        using X509Certificate2 second = Write(_authority.Issue("radio.example"));
        await RenewAsync(server, second);
        Assert.Equal(second.Thumbprint, (await TlsServer.ShownAsync(server.Rtsps)).Thumbprint);

        // Up to audio that did not exist before the renewal.
        long renewed = source.Frames;
        await Task.WhenAll(wav.HearUntilAsync(renewed + 1000, HangLimit), l16.HearUntilAsync(renewed + 1000, HangLimit));
    }

    [Fact]
    public async Task A_broken_file_keeps_the_old_certificate_is_said_once_and_can_be_repaired()
    {
        using X509Certificate2 first = Write(_authority.Issue("radio.example"));
        await using TlsServer server = await StartAsync();

        _folder.Write("server.pem", "-----BEGIN CERTIFICATE-----\nMIIB");
        await Until.TrueAsync(() => Advance(() => _log.Count(781) > 0));
        for (int i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(first.Thumbprint, (await TlsServer.ShownAsync(server.Https)).Thumbprint);
        File.Delete(_folder["server.pem"]);
        _time.Advance(TimeSpan.FromSeconds(15));
        using X509Certificate2 second = Write(_authority.Issue("radio.example"));
        await RenewAsync(server, second);
        Assert.Equal(1, _log.Count(781));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_for_a_while_is_said_once_and_read_when_it_can()
    {
        using X509Certificate2 first = Write(_authority.Issue("radio.example"));
        await using TlsServer server = await StartAsync();
        using X509Certificate2 second = Write(_authority.Issue("radio.example"));

        using (new FileStream(_folder["server.pem"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await Until.TrueAsync(() => Advance(() => _log.Count(781) > 0));
            for (int i = 0; i < 10; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(5));
            }
        }

        await RenewAsync(server, second);
        Assert.Equal(1, _log.Count(781));
    }

    [Theory]
    [InlineData(-80, -1)]
    [InlineData(1, 80)]
    public async Task A_certificate_of_another_time_does_not_replace_a_valid_one(int begin, int end)
    {
        using X509Certificate2 first = Write(_authority.Issue("radio.example"));
        await using TlsServer server = await StartAsync();
        using X509Certificate2 second = Write(_authority.Issue([], TimeSpan.FromDays(begin), TimeSpan.FromDays(end), "radio.example"));

        await Until.TrueAsync(() => Advance(() => _log.Count(787) > 0));
        Advance(static () => true);

        Assert.Equal(first.Thumbprint, (await TlsServer.ShownAsync(server.Https)).Thumbprint);
        Assert.Equal(1, _log.Count(787));
        if (begin > 0)
        {
            _time.Advance(TimeSpan.FromDays(begin));
            await RenewAsync(server, second);
        }
    }

    [Fact]
    public async Task A_reload_can_name_another_file_and_a_wrong_one_changes_nothing()
    {
        using X509Certificate2 first = Write(_authority.Issue("radio.example"));
        await using TlsServer server = await StartAsync();
        using X509Certificate2 second = Write(_authority.Issue("other.example"), "other.pem");

        server.Host.Renew(new TlsSettings { CertificateFile = _folder["other.pem"] });
        Assert.Equal(second.Thumbprint, (await TlsServer.ShownAsync(server.Https)).Thumbprint);
        Assert.ThrowsAny<IOException>(() => server.Host.Renew(new TlsSettings { CertificateFile = _folder["none.pem"] }));
        Assert.Equal(second.Thumbprint, (await TlsServer.ShownAsync(server.Https)).Thumbprint);

        // The file that counts now is the one that is looked at.
        using X509Certificate2 third = Write(_authority.Issue("other.example"), "other.pem");
        await RenewAsync(server, third);
    }

    [Theory]
    [InlineData(15, 0, 0)]
    [InlineData(13, 1, 0)]
    [InlineData(-1, 0, 1)]
    public void A_certificate_that_ends_soon_is_reported_once(int days, int expiring, int expired)
    {
        using X509Certificate2 own = Write(_authority.Issue([], TimeSpan.FromDays(-80), TimeSpan.FromDays(days), "radio.example"));

        _ = TlsCertificates.Open(Settings, _time, _log);

        Assert.Equal((expiring, expired), (_log.Count(782), _log.Count(783)));
    }

    [Fact]
    public void A_key_that_every_user_can_read_is_reported()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using X509Certificate2 own = Write(_authority.Issue("radio.example"));
        new CertificateFile(Settings, _log).Open();
        Assert.Equal(0, _log.Count(784));

        File.SetUnixFileMode(_folder["server.pem"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        new CertificateFile(Settings, _log).Open();

        Assert.Equal(1, _log.Count(784));
    }

    private TlsSettings Settings => new() { CertificateFile = _folder["server.pem"] };

    private Task<TlsServer> StartAsync() => TlsServer.StartAsync(new RadioHostOptions { Tls = Settings }, _time, _log);

    private async Task RenewAsync(TlsServer server, X509Certificate2 expected)
    {
        string shown = "";
        await Until.TrueAsync(() => Advance(() => server.Host.Certificate!.Thumbprint == expected.Thumbprint));
        shown = (await TlsServer.ShownAsync(server.Https)).Thumbprint;
        Assert.Equal(expected.Thumbprint, shown);
    }

    private bool Advance(Func<bool> condition)
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        return condition();
    }

    private X509Certificate2 Write(X509Certificate2 certificate, string name = "server.pem")
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string path = _folder.Write(name, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return certificate;
    }
}
