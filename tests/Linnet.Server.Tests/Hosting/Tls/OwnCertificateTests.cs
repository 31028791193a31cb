using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linnet.Server.Hosting.Tls;
using Linnet.Transports.Tls;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>The certificate that a server makes itself.</summary>
public sealed class OwnCertificateTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly HostLog _log = new();
    private MachineNames _names = new(["studio", "localhost"], [IPAddress.Loopback, IPAddress.Parse("192.0.2.7")]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_for_this_machine_and_valid_for_less_than_398_days_and_its_authority_for_ten_years()
    {
        ServedCertificate served = Origin().Open();

        var names = served.Certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["studio", "localhost"], names.EnumerateDnsNames());
        Assert.Equal(_names.Addresses, names.EnumerateIPAddresses());
        Assert.InRange((served.Certificate.NotAfter - served.Certificate.NotBefore).TotalDays, 300, 397);
        Assert.InRange((served.Authority!.NotAfter - _time.GetUtcNow()).TotalDays, 3650, 3654);
        X509EnhancedKeyUsageExtension usages = served.Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single();
        Assert.Equal(["1.3.6.1.5.5.7.3.1"], usages.EnhancedKeyUsages.Cast<Oid>().Select(static usage => usage.Value));
        Assert.False(served.Authority.HasPrivateKey);
        using X509Certificate2? enclosed = EnclosedAuthority.Find(served.Certificate);
        Assert.Equal(CertificateFingerprint.Of(served.Authority), CertificateFingerprint.Of(enclosed!));
    }

    [Fact]
    public void The_real_names_of_this_machine_are_read()
    {
        MachineNames names = MachineNames.Read();

        Assert.Contains("localhost", names.Names);
        Assert.Contains(IPAddress.Loopback, names.Addresses);
        Assert.DoesNotContain(names.Addresses, static a => a.IsIPv6LinkLocal);
    }

    [Fact]
    public void Names_of_a_router_or_a_proxy_are_added_to_those_of_this_machine()
    {
        string[] others = ["radio.example", "*.cdn.example", "203.0.113.9", "2001:db8::9", "localhost"];
        Assert.All(others, static name => Assert.True(MachineNames.IsNameOrAddress(name)));
        _names = _names.With(others);

        X509SubjectAlternativeNameExtension names =
            Origin().Open().Certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();

        Assert.Equal(["studio", "localhost", "radio.example", "*.cdn.example"], names.EnumerateDnsNames());
        Assert.Equal(
            ["127.0.0.1", "192.0.2.7", "203.0.113.9", "2001:db8::9"], names.EnumerateIPAddresses().Select(static a => a.ToString()));
        Assert.False(MachineNames.IsNameOrAddress("a b"));
        Assert.False(MachineNames.IsNameOrAddress("*"));
    }

    [Fact]
    public void Only_the_owner_can_read_the_keys()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Origin().Open();

        Assert.Equal(Private, File.GetUnixFileMode(_folder["tls/authority.pem"]));
        Assert.Equal(Private, File.GetUnixFileMode(_folder["tls/certificate.pem"]));
        Assert.Equal(
            ["authority.pem", "certificate.pem"],
            Directory.GetFiles(_folder["tls"]).Select(static path => Path.GetFileName(path)).Order());
    }

    [Theory]
    [InlineData("tls/authority.pem", UnixFileMode.GroupRead, 785)]
    [InlineData("tls/authority.pem", UnixFileMode.OtherWrite, 785)]
    [InlineData("tls/certificate.pem", UnixFileMode.OtherRead, 785)]
    [InlineData("tls", UnixFileMode.GroupWrite, 786)]
    public void A_key_that_is_there_and_that_others_can_read_or_replace_is_used_and_reported(string path, UnixFileMode open, int warning)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Origin().Open();
        Origin().Open();
        Assert.Equal((0, 0), (_log.Count(785), _log.Count(786)));
        File.SetUnixFileMode(_folder[path], File.GetUnixFileMode(_folder[path]) | open);

        ServedCertificate served = Origin().Open();

        Assert.True(served.Certificate.HasPrivateKey);
        Assert.Equal((1, 1), (_log.Count(785) + _log.Count(786), _log.Count(warning)));
        string advice = $"chmod {(warning == 785 ? 600 : 700)} {_folder[path]}";
        Assert.Contains(_log.Texts, text => text.EndsWith(advice, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Servers_that_start_at_the_same_time_have_the_same_authority()
    {
        ServedCertificate[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Origin().Open())));

        Assert.Single(all.Select(static served => served.Authority!.Thumbprint).Distinct());
    }

    [Fact]
    public void A_restart_keeps_both()
    {
        ServedCertificate first = Origin().Open();

        ServedCertificate second = Origin().Open();

        Assert.Equal(first.Certificate.Thumbprint, second.Certificate.Thumbprint);
        Assert.Equal(first.Authority!.Thumbprint, second.Authority!.Thumbprint);
        Assert.True(second.Certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(330, false, false)]
    [InlineData(340, false, true)]
    [InlineData(400, false, true)]
    [InlineData(0, true, true)]
    public void It_is_renewed_before_its_end_and_for_a_new_address_and_the_authority_stays(int days, bool hasMoved, bool isRenewed)
    {
        OwnCertificate origin = Origin();
        ServedCertificate first = origin.Open();
        _time.Advance(TimeSpan.FromDays(days));
        _names = hasMoved ? _names with { Addresses = [.. _names.Addresses, IPAddress.Parse("192.0.2.8")] } : _names;

        ServedCertificate? next = origin.Renew();

        Assert.Equal(isRenewed, next is not null);
        if (next is not null)
        {
            Assert.NotEqual(first.Certificate.Thumbprint, next.Certificate.Thumbprint);
            Assert.Equal(first.Authority!.Thumbprint, next.Authority!.Thumbprint);
            Assert.True(_names.AreIn(next.Certificate));
            Assert.True(next.Certificate.NotAfter > _time.GetUtcNow());
            Assert.Null(origin.Renew());
            Assert.Equal(next.Certificate.Thumbprint, Origin().Open().Certificate.Thumbprint);
        }
    }

    [Fact]
    public void An_address_that_is_gone_changes_nothing()
    {
        OwnCertificate origin = Origin();
        origin.Open();
        _names = _names with { Addresses = [IPAddress.Loopback] };

        Assert.Null(origin.Renew());
    }

    [Fact]
    public void A_broken_certificate_is_made_again_and_a_broken_authority_is_said()
    {
        ServedCertificate first = Origin().Open();
        _folder.Write("tls/certificate.pem", "x");
        Assert.NotEqual(first.Certificate.Thumbprint, Origin().Open().Certificate.Thumbprint);

        _folder.Write("tls/authority.pem", "x");
        IOException e = Assert.ThrowsAny<IOException>(() => Origin().Open());
        Assert.Contains(
            $"Delete '{_folder["tls/authority.pem"]}' to make a new one", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_authority_can_be_fetched_on_both_ports()
    {
        await using TlsServer server = await TlsServer.StartAsync();
        string fingerprint = CertificateFingerprint.Of(server.Host.Authority!);

        foreach (string address in new[] { $"http://127.0.0.1:{server.Host.EndPoint.Port}", $"https://127.0.0.1:{server.Https}" })
        {
            using var client = new HttpClient(new SocketsHttpHandler
            {
                SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null },
            });
            using HttpResponseMessage answer =
                await client.GetAsync(new Uri(address + "/linnet-ca.crt"), TestContext.Current.CancellationToken);
            Assert.Equal("application/x-x509-ca-cert", answer.Content.Headers.ContentType?.ToString());
            using var fetched = X509CertificateLoader.LoadCertificate(
                await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            Assert.Equal(fingerprint, CertificateFingerprint.Of(fetched));
        }
    }

    private OwnCertificate Origin() => new(_folder.Path, _time, _log, () => _names);
}
