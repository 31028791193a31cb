using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

public class DigestProofTests
{
    // RFC 7616 §3.9.1.
    private const string Nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    private const string ClientNonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void The_examples_of_the_RFC_are_right(string algorithm, string proof) => Assert.Equal(
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
        + $"nonce=\"{Nonce}\", uri=\"/dir/index.html\", response=\"{proof}\", algorithm={algorithm}, "
        + $"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", qop=auth, nc=00000001, cnonce=\"{ClientNonce}\"",
        DigestProof.Write(
            Challenge(
                $"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
                    + $"algorithm={algorithm}, nonce=\"{Nonce}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""),
            new RtspCredentials("Mufasa", "Circle of Life"),
            "GET",
            "/dir/index.html",
            1,
            ClientNonce));

    [Fact]
    public void Of_a_server_that_names_neither_algorithm_nor_quality_it_is_the_oldest_form() => Assert.Equal(
        "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
            + "response=\"1949323746fe6a43ef61f9606e7febea\"",
        DigestProof.Write(
            Challenge("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""),
            new RtspCredentials("Mufasa", "CircleOfLife"),
            "GET",
            "/dir/index.html",
            1,
            "x"));

    // By Python's hashlib.
    [Theory]
    [InlineData("algorithm=MD5-sess, qop=auth", "8c55133ae799f276a5f1855c8895eb2f", "qop=auth, nc=0000000a, cnonce=\"c\"")]
    [InlineData("algorithm=md5-SESS", "b50b63c905335ba871aab18c3ba2a775", "algorithm=md5-SESS, cnonce=\"c\"")]
    [InlineData("algorithm=\"SHA-256-sess\", qop=\"auth\"", "06f22eaf405106de8e30e0eefa04441060b02186a7f55b631a2c6a546627ce65",
        "qop=auth, nc=0000000a, cnonce=\"c\"")]
    [InlineData("algorithm=sha-256-sess", "4a847febbc60d659e99d9ce6a4205800c39d9f0743fa8e13fa13b1d8ba3e385b", "cnonce=\"c\"")]
    public void A_session_has_a_key_of_its_own(string asked, string proof, string end)
    {
        string answer =
            DigestProof.Write(Challenge($"Digest realm=r, nonce=n, {asked}"), new RtspCredentials("u", "p"), "PLAY", "rtsp://h/x", 10, "c");

        Assert.Contains($"response=\"{proof}\"", answer, StringComparison.Ordinal);
        Assert.EndsWith(end, answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Quotes_stay_within_their_quotes()
    {
        string answer = DigestProof.Write(
            Challenge("Digest realm=\"a \\\"b\\\\\", nonce=\"n\""), new RtspCredentials("u\"\\", "p"), "PLAY", "rtsp://h/x", 1, "c");

        Assert.StartsWith("Digest username=\"u\\\"\\\\\", realm=\"a \\\"b\\\\\", nonce=\"n\"", answer, StringComparison.Ordinal);
        Assert.Equal("u\"\\", Challenge(answer)["username"]);
    }

    [Theory]
    [InlineData("Digest nonce=n", true)]
    [InlineData("digest NONCE=n, Algorithm=\"md5\"", true)]
    [InlineData("Digest realm=r", false)]
    [InlineData("Digest nonce=n, algorithm=SHA-512-256", false)]
    [InlineData("Digest nonce=n, qop=\"auth-int\"", false)]
    [InlineData("Basic nonce=n", false)]
    public void Supported_challenges_are_known(string challenge, bool isSpoken) => Assert.Equal(isSpoken, Challenge(challenge).IsDigest);

    [Theory]
    [InlineData("Basic realm=\"a, Digest b=c\"", "Basic(realm=a, Digest b=c)")]
    [InlineData("Digest realm=\"x\",nonce=\"y\" , Basic realm=z", "Digest(nonce=y) Basic(realm=z)")]
    [InlineData("Negotiate, NTLM TlRMTVNTUA==, Basic realm=z", "Negotiate() NTLM() Basic(realm=z)")]
    [InlineData("Digest nonce=\"y", "Digest(nonce=y)")]
    [InlineData("Digest nonce=", "Digest(nonce=)")]
    [InlineData("Digest nonce=\"a\" stale=TRUE", "Digest(nonce=a stale)")]
    [InlineData(",,;=", "")]
    [InlineData("", "")]
    public void Challenges_are_separated(string value, string expected) => Assert.Equal(
        expected,
        string.Join(' ', AuthChallenge.ReadAll([value]).Select(c =>
            $"{c.Scheme}({(c.IsBasic && c["realm"] is { } realm ? $"realm={realm}"
                : c.Nonce is { } nonce ? $"nonce={nonce}" : "")}{(c.IsStale ? " stale" : "")})")));

    [Fact]
    public void Any_challenge_is_read_without_an_exception()
    {
        var random = new Random(7);
        const string Letters = "Digest Basic,=\"\\ \tnonce";
        for (int i = 0; i < 20_000; i++)
        {
            string value = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Letters[random.Next(Letters.Length)]));
            Assert.True(AuthChallenge.ReadAll([value, value]).Count <= AuthChallenge.MaxChallenges);
        }
    }

    private static AuthChallenge Challenge(string value) => AuthChallenge.ReadAll([value])[0];
}
