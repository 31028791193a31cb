using System.Net;
using Linnet.Wire.Messages;
using Linnet.Wire.Proxy;

namespace Linnet.Tests.Wire.Proxy;

public class ForwardedHeadersTests
{
    private static readonly IPNetwork[] Trusted = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")];

    [Theory]
    [InlineData("10.0.0.1", "X-Forwarded-For: 203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 203.0.113.7:4711", "203.0.113.7:4711")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 2001:db8::7", "[2001:db8::7]:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: [2001:db8::7]:4711", "[2001:db8::7]:4711")]
    [InlineData("10.0.0.1", "X-Forwarded-For: ::ffff:203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 127.0.0.1, 203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 198.51.100.1, 203.0.113.7, 10.0.0.3, 10.0.0.2", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 198.51.100.1|X-Forwarded-For: 203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 10.9.9.9", "10.9.9.9:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: garbage, \"\", ,,203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "X-Forwarded-For: \"unclosed, 203.0.113.7", "203.0.113.7:0")]
    [InlineData("fd00::1", "x-forwarded-for: 203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "Forwarded: for=203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "Forwarded: For=\"[2001:db8::7]:4711\";Proto=http", "[2001:db8::7]:4711")]
    [InlineData("10.0.0.1", "Forwarded: for=127.0.0.1, for=203.0.113.7;by=10.0.0.1", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "Forwarded: for=\"unclosed, for=203.0.113.7", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "Forwarded: for=\"a,b;c\", for=203.0.113.7:_hidden", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "Forwarded: for=203.0.113.7;secret=\"a, b;c\"", "203.0.113.7:0")]
    [InlineData("10.0.0.1", "Forwarded: for=203.0.113.7|X-Forwarded-For: 203.0.113.7:9", "203.0.113.7:9")]
    public void The_client_is_the_last_one_that_a_trusted_proxy_names(string peer, string headers, string client)
    {
        ForwardedRequest request = Read(peer, headers);

        Assert.Equal(
            (client, ClientRoute.Proxied, ForwardedDoubt.None), (request.Origin.EndPoint.ToString(), request.Origin.Route, request.Doubt));
    }

    [Theory]
    [InlineData("127.0.0.1", "", true)]
    [InlineData("::1", "X-Forwarded-For: 127.0.0.1", true)]
    [InlineData("127.0.0.1", "Forwarded: for=\"[::1]\"", true)]
    [InlineData("127.0.0.1", "X-Forwarded-For: 127.0.0.1, 127.0.0.2", true)]
    [InlineData("127.0.0.1", "X-Forwarded-For: 203.0.113.7", false)]
    [InlineData("127.0.0.1", "X-Forwarded-For: unknown", false)]
    [InlineData("10.0.0.1", "X-Forwarded-For: 127.0.0.1", false)]
    [InlineData("10.0.0.1", "Forwarded: for=127.0.0.1", false)]
    [InlineData("10.0.0.1", "X-Forwarded-For: 127.0.0.1, 127.0.0.1", false)]
    [InlineData("127.0.0.1", "X-Forwarded-For: 127.0.0.1, 10.0.0.1", false)]
    [InlineData("127.0.0.1", "X-Forwarded-For: 127.0.0.1|Forwarded: for=127.0.0.1, for=10.0.0.1", false)]
    [InlineData("10.0.0.1", "", false)]
    public void A_loopback_address_named_by_another_machine_is_not_this_machine(string peer, string headers, bool isHere)
    {
        IPNetwork[] trusted = [.. Trusted, IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

        Assert.Equal(isHere, Read(peer, headers, trusted).Origin.IsHere);
    }

    [Fact]
    public void A_connection_forwarded_by_another_machine_is_not_local()
    {
        var peer = new ClientOrigin(new IPEndPoint(IPAddress.Loopback, 5000), ClientRoute.Proxied) { IsThroughOther = true };

        Assert.False(ForwardedHeaders.Read(peer, Headers("X-Forwarded-For: 127.0.0.1"), static _ => true).Origin.IsHere);
    }

    [Theory]
    [InlineData("X-Forwarded-For: unknown", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-For: 203.0.113.7, nonsense", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-For: 203.0.113.007", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-For: 0xcb007107", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-For: [203.0.113.7]", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-For: fe80::1%eth0", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-For: 203.0.113.0/24", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-For: ", ForwardedDoubt.NoAddress)]
    [InlineData("X-Forwarded-Proto: https", ForwardedDoubt.NoAddress)]
    [InlineData("X-Real-IP: 127.0.0.1", ForwardedDoubt.NoAddress)]
    [InlineData("Via: 1.1 proxy", ForwardedDoubt.NoAddress)]
    [InlineData("Forwarded: for=_secret", ForwardedDoubt.NoAddress)]
    [InlineData("Forwarded: proto=https", ForwardedDoubt.NoAddress)]
    [InlineData("Forwarded: for=127.0.0.1|X-Forwarded-For: 203.0.113.7", ForwardedDoubt.Contradiction)]
    [InlineData("Forwarded: for=unknown|X-Forwarded-For: 203.0.113.7", ForwardedDoubt.Contradiction)]
    internal void The_client_is_hidden_if_a_trusted_proxy_does_not_name_it(string headers, ForwardedDoubt doubt)
    {
        ForwardedRequest request = Read("10.0.0.1", headers);

        Assert.Equal(
            ("10.0.0.1:5000", ClientRoute.Hidden, doubt), (request.Origin.EndPoint.ToString(), request.Origin.Route, request.Doubt));
    }

    [Theory]
    [InlineData("X-Forwarded-For: 127.0.0.1")]
    [InlineData("Forwarded: for=127.0.0.1;proto=https;host=evil.example")]
    [InlineData("X-Forwarded-Proto: https|X-Forwarded-Host: evil.example")]
    public void An_untrusted_proxy_is_ignored_and_its_client_is_not_local(string headers)
    {
        ForwardedRequest request = Read("203.0.113.9", headers);

        Assert.Equal(("203.0.113.9:5000", ClientRoute.Hidden), (request.Origin.EndPoint.ToString(), request.Origin.Route));
        Assert.Equal(("http", null), (request.Scheme, request.Host));
    }

    [Theory]
    [InlineData("X-Forwarded-For: 203.0.113.7|X-Forwarded-Proto: https|X-Forwarded-Host: radio.example", "https", "radio.example")]
    [InlineData("X-Forwarded-For: 203.0.113.7|X-Forwarded-Proto: HTTPS", "https", null)]
    [InlineData("X-Forwarded-For: 203.0.113.7|X-Forwarded-Proto: gopher|X-Forwarded-Host: a b", "http", null)]
    [InlineData("X-Forwarded-For: 203.0.113.7, 10.0.0.2|X-Forwarded-Proto: https, http", "https", null)]
    [InlineData("X-Forwarded-For: 198.51.100.1, 203.0.113.7|X-Forwarded-Proto: http, https", "https", null)]
    [InlineData("X-Forwarded-For: 203.0.113.7, 10.0.0.2|X-Forwarded-Proto: https", "https", null)]
    [InlineData("X-Forwarded-Proto: https", "https", null)]
    [InlineData("X-Forwarded-Proto: http, https", "https", null)]
    [InlineData("Forwarded: for=203.0.113.7;proto=https;host=\"radio.example:8443\"", "https", "radio.example:8443")]
    [InlineData("Forwarded: for=198.51.100.1;host=evil.example, for=203.0.113.7;proto=https", "https", null)]
    [InlineData("Forwarded: for=203.0.113.7;proto=https;host=radio.example, for=10.0.0.2;proto=http;host=inner", "https", "radio.example")]
    [InlineData("Forwarded: proto=https", "https", null)]
    public void Addresses_for_the_client_use_the_host_it_connected_to(string headers, string scheme, string? host)
    {
        ForwardedRequest request = Read("10.0.0.1", headers);

        Assert.Equal((scheme, host), (request.Scheme, request.Host));
    }

    [Fact]
    public void Without_proxy_headers_the_client_is_the_peer()
    {
        ForwardedRequest request = Read("10.0.0.1", "User-Agent: curl");

        Assert.Equal(
            ("10.0.0.1:5000", ClientRoute.Direct, false), (request.Origin.EndPoint.ToString(), request.Origin.Route, request.IsForwarded));
    }

    [Fact]
    public void A_client_hidden_behind_a_TCP_proxy_is_not_trusted_as_that_proxy()
    {
        var hidden = new ClientOrigin(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 5000), ClientRoute.Hidden);

        Assert.Equal(hidden, ForwardedHeaders.Read(hidden, Headers("X-Forwarded-For: 127.0.0.1"), IsTrusted).Origin);
    }

    [Theory]
    [InlineData("X-Forwarded-For: ", "10.0.0.2", ForwardedDoubt.TooManyProxies)]
    [InlineData("X-Forwarded-For: ", "203.0.113.7", ForwardedDoubt.None)]
    [InlineData("Forwarded: ", "for=10.0.0.2", ForwardedDoubt.TooManyProxies)]
    [InlineData("Forwarded: ", "for=\"", ForwardedDoubt.NoAddress)]
    internal void Of_ten_thousand_entries_only_the_last_ones_are_read(string name, string entry, ForwardedDoubt doubt)
    {
        ForwardedRequest request = Read("10.0.0.1", name + string.Join(',', Enumerable.Repeat(entry, 10_000)));

        Assert.Equal(doubt, request.Doubt);
    }

    [Fact]
    public void Noise_never_throws_and_never_yields_a_client_that_no_proxy_named()
    {
        const string Letters = "0123456789abcdef.:,;=\"[]% _forproto";
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            string noise = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Letters[random.Next(Letters.Length)]));
            string name = i % 2 == 0 ? "X-Forwarded-For: " : "Forwarded: ";

            Read("10.0.0.1", name + noise);
            ForwardedRequest request = Read("10.0.0.1", $"{name}{noise}, {(i % 2 == 0 ? "" : "for=")}203.0.113.7");
            Assert.Equal("203.0.113.7", request.Origin.EndPoint.Address.ToString());
        }
    }

    private static ForwardedRequest Read(string peer, string headers) => Read(peer, headers, Trusted);

    private static ForwardedRequest Read(string peer, string headers, IPNetwork[] trusted) => ForwardedHeaders.Read(
        new ClientOrigin(new IPEndPoint(IPAddress.Parse(peer), 5000)), Headers(headers),
        address => trusted.Any(network => network.Contains(address)));

    private static bool IsTrusted(IPAddress address) => Trusted.Any(network => network.Contains(address));

    private static MessageHeaders Headers(string lines)
    {
        var headers = new MessageHeaders();
        foreach (string line in lines.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        return headers;
    }
}
