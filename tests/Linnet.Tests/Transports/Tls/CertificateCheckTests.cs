using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Linnet.Transports;
using Linnet.Transports.Tls;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Tls;

public sealed class CertificateCheckTests : IDisposable
{
    private const string Host = "studio.example";

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void An_unknown_certificate_is_refused_with_its_fingerprint_and_it_is_final()
    {
        using X509Certificate2 own = _authority.Issue(Host);

        TransportException failure = Refusal(own, null, SslPolicyErrors.RemoteCertificateChainErrors);

        Assert.Equal(
            $"The certificate of studio.example is not trusted here. Its SHA-256 fingerprint is {CertificateFingerprint.Of(own)}. If the "
                + "server shows the same one, accept it",
            failure.Message);
        Assert.True(failure.IsFinal);
        Assert.Equal("PlayerOptions.Trust", failure.Advice?.Setting);
    }

    [Fact]
    public void What_the_system_trusts_is_accepted()
    {
        using X509Certificate2 own = _authority.Issue(Host);

        Assert.True(Accepts(own, null, SslPolicyErrors.None));
        Assert.False(Accepts(own, Pinned(own), SslPolicyErrors.RemoteCertificateNotAvailable, isPresent: false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_fingerprint_of_the_certificate_itself_makes_it_good_for_any_name(bool hasColons)
    {
        using X509Certificate2 own = _authority.Issue("other.example");
        string fingerprint = CertificateFingerprint.Of(own);
        var trust = new ServerTrust
        {
            Fingerprint = hasColons ? fingerprint : fingerprint.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant(),
        };

        Assert.True(Accepts(own, trust, SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void Another_fingerprint_is_refused()
    {
        using X509Certificate2 own = _authority.Issue(Host);
        using X509Certificate2 other = _authority.Issue(Host);

        TransportException failure =
            Refusal(own, new ServerTrust { Fingerprint = CertificateFingerprint.Of(other) }, SslPolicyErrors.RemoteCertificateChainErrors);

        Assert.StartsWith(
            $"{Host} presents another certificate than the one expected. Its SHA-256 fingerprint is {CertificateFingerprint.Of(own)}",
            failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsFinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_fingerprint_of_an_authority_makes_its_certificates_good_for_their_names(bool isIntermediate)
    {
        using var intermediate = new TestAuthority("Intermediate", isIntermediate ? _authority : null);
        using X509Certificate2 own = intermediate.Issue(Host);
        var trust = new ServerTrust { Fingerprint = CertificateFingerprint.Of(intermediate.Certificate) };

        Assert.True(Accepts(own, trust, SslPolicyErrors.RemoteCertificateChainErrors, presented: intermediate.Certificate));
        Assert.False(Accepts(own, trust, SslPolicyErrors.RemoteCertificateChainErrors), "It was not presented.");
        TransportException failure = Refusal(
            own, trust, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch,
            presented: intermediate.Certificate);
        Assert.StartsWith(
            "The certificate of studio.example is for studio.example and not for this name", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_of_an_authority_that_the_certificate_encloses_is_enough()
    {
        using X509Certificate2 enclosing = Enclosing(_authority, _authority);

        Assert.True(Accepts(enclosing, Pinned(_authority.Certificate), SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void A_certificate_that_only_claims_to_be_from_an_authority_is_refused()
    {
        using var impostor = new TestAuthority();
        using X509Certificate2 forged = impostor.Issue(Host);
        using X509Certificate2 enclosing = Enclosing(impostor, _authority);

        Assert.False(Accepts(
            forged, Pinned(_authority.Certificate), SslPolicyErrors.RemoteCertificateChainErrors, presented: _authority.Certificate));
        Assert.False(Accepts(
            forged, new ServerTrust { Authorities = [_authority.Certificate] }, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(Accepts(enclosing, Pinned(_authority.Certificate), SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void The_fingerprint_of_an_enclosed_authority_is_shown_only_if_it_has_signed_the_certificate()
    {
        using var impostor = new TestAuthority();
        using X509Certificate2 right = Enclosing(_authority, _authority);
        using X509Certificate2 forged = Enclosing(impostor, _authority);

        string shown = Refusal(right, null, SslPolicyErrors.RemoteCertificateChainErrors).Message;
        string shownInstead = Refusal(forged, null, SslPolicyErrors.RemoteCertificateChainErrors).Message;

        Assert.Contains(
            $" The SHA-256 fingerprint of its authority is {CertificateFingerprint.Of(_authority.Certificate)}. If ", shown,
            StringComparison.Ordinal);
        Assert.DoesNotContain(CertificateFingerprint.Of(_authority.Certificate), shownInstead, StringComparison.Ordinal);
        Assert.Contains(
            $" Its SHA-256 fingerprint is {CertificateFingerprint.Of(forged)}. If ", shownInstead, StringComparison.Ordinal);
    }

    [Fact]
    public void The_given_authorities_replace_those_of_the_system()
    {
        using var other = new TestAuthority("Other");
        using X509Certificate2 own = _authority.Issue(Host);
        var trust = new ServerTrust { Authorities = [other.Certificate, _authority.Certificate] };

        Assert.True(Accepts(own, trust, SslPolicyErrors.RemoteCertificateChainErrors));
        TransportException failure =
            Refusal(own, new ServerTrust { Authorities = [other.Certificate] }, SslPolicyErrors.None);
        Assert.StartsWith(
            "The certificate of studio.example is not from the authority expected.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(91, "expired on ")]
    [InlineData(-2, "is not valid before ")]
    public void Out_of_its_time_a_certificate_is_refused_but_a_player_may_wait(int days, string words)
    {
        using X509Certificate2 own = _authority.Issue(Host);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(days));
        foreach (ServerTrust? trust in new[] { null, Pinned(own), new ServerTrust { Authorities = [_authority.Certificate] } })
        {
            TransportException failure = Refusal(own, trust, SslPolicyErrors.RemoteCertificateChainErrors, time: time);

            Assert.Contains(words, failure.Message, StringComparison.Ordinal);
            Assert.False(failure.IsFinal);
            Assert.True(failure.IsUnknown);
        }
    }

    [Fact]
    public void Another_name_is_a_reason_of_its_own()
    {
        using X509Certificate2 own = _authority.Issue("radio.example", "192.0.2.7");

        TransportException failure = Refusal(own, null, SslPolicyErrors.RemoteCertificateNameMismatch);

        Assert.StartsWith(
            "The certificate of studio.example is for radio.example, 192.0.2.7 and not for this name: use such a name in the address, or "
                + $"accept the certificate itself, whose SHA-256 fingerprint is {CertificateFingerprint.Of(own)}",
            failure.Message, StringComparison.Ordinal);
        Assert.Equal("ServerTrust.Fingerprint", failure.Advice?.Setting);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3A:0F")]
    [InlineData("zz735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35")]
    [InlineData("d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab3500")]
    public void What_is_no_fingerprint_is_a_problem(string text) => Assert.Contains(
        "64 hexadecimal digits", Assert.Single(new ServerTrust { Fingerprint = text }.Problems()), StringComparison.Ordinal);

    private static ServerTrust Pinned(X509Certificate2 certificate) => new() { Fingerprint = CertificateFingerprint.Of(certificate) };

    private static X509Certificate2 Enclosing(TestAuthority issuer, TestAuthority enclosed) =>
        issuer.Issue([EnclosedAuthority.Of(enclosed.Certificate)], TimeSpan.FromDays(-1), TimeSpan.FromDays(90), Host);

    private static TransportException Refusal(
        X509Certificate2 own, ServerTrust? trust, SslPolicyErrors errors, TimeProvider? time = null, X509Certificate2? presented = null)
    {
        var check = new CertificateCheck(Host, trust, time ?? TimeProvider.System);
        Assert.False(Accepts(check, own, errors, presented));
        return check.ToFailure($"{Host}:8322", new IOException());
    }

    private static bool Accepts(
        X509Certificate2 own, ServerTrust? trust, SslPolicyErrors errors, bool isPresent = true, X509Certificate2? presented = null) =>
        Accepts(new CertificateCheck(Host, trust, TimeProvider.System), isPresent ? own : null, errors, presented);

    private static bool Accepts(CertificateCheck check, X509Certificate2? own, SslPolicyErrors errors, X509Certificate2? presented)
    {
        using var chain = new X509Chain();
        if (presented is not null)
        {
            chain.ChainPolicy.ExtraStore.Add(presented);
        }

        return check.Accepts(check, own, chain, errors);
    }
}
