using System.IO.Pipelines;
using System.Net;
using System.Text;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Wire.Messages;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports;

public class TrustedProxiesTests
{
    private static readonly IPEndPoint Proxy = new(IPAddress.Parse("10.0.0.1"), 4000);
    private static readonly IPEndPoint Stranger = new(IPAddress.Parse("203.0.113.9"), 4000);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private readonly Pipe _pipe = new(new PipeOptions(useSynchronizationContext: false));
    private readonly TrustedProxies _proxies;

    public TrustedProxiesTests() => _proxies = new TrustedProxies([IPNetwork.Parse("10.0.0.0/8")], _time, _log);

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 56324 8000\r\n", "203.0.113.7:56324", ClientRoute.Proxied)]
    [InlineData("PROXY UNKNOWN\r\n", "10.0.0.1:4000", ClientRoute.Hidden)]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0", "10.0.0.1:4000", ClientRoute.Direct)]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\0\0\0", "10.0.0.1:4000", ClientRoute.Hidden)]
    [InlineData("", "10.0.0.1:4000", ClientRoute.Direct)]
    internal async Task A_trusted_proxy_names_its_client_and_bytes_after_its_header_remain(string header, string client, ClientRoute route)
    {
        ValueTask<ClientOrigin?> reading = ReadAsync(Proxy);
        foreach (char c in header + "GET ")
        {
            await SayAsync(c.ToString());
        }

        ClientOrigin? origin = await reading;

        Assert.Equal((client, route), (origin!.EndPoint.ToString(), origin.Route));
        Assert.Equal("GET ", await RestAsync());
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData("10.0.0.1", "PROXY TCP4 127.0.0.1 127.0.0.1 56324 8000\r\n", false)]
    [InlineData("10.0.0.1", "PROXY TCP6 ::1 ::1 56324 8000\r\n", false)]
    [InlineData("127.0.0.1", "PROXY TCP4 127.0.0.1 127.0.0.1 56324 8000\r\n", true)]
    [InlineData("::1", "PROXY TCP4 127.0.0.1 127.0.0.1 56324 8000\r\n", true)]
    [InlineData("127.0.0.1", "PROXY TCP4 203.0.113.7 127.0.0.1 56324 8000\r\n", false)]
    [InlineData("127.0.0.1", "PROXY UNKNOWN\r\n", false)]
    [InlineData("127.0.0.1", "GET ", true)]
    [InlineData("10.0.0.1", "GET ", false)]
    public async Task A_loopback_address_named_by_another_machine_is_not_ours(string peer, string header, bool isHere)
    {
        var proxies =
            new TrustedProxies([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")], _time, _log);
        await SayAsync(header);
        await _pipe.Writer.CompleteAsync();

        ClientOrigin? origin =
            await proxies.ReadAsync(_pipe.Reader, new IPEndPoint(IPAddress.Parse(peer), 4000), TestContext.Current.CancellationToken);
        ForwardedRequest request = proxies.Read(origin!, new MessageHeaders());

        Assert.Equal((isHere, isHere), (origin!.IsHere, request.Origin.IsHere));
    }

    [Fact]
    public async Task Nothing_is_read_from_a_stranger()
    {
        await SayAsync("PROXY TCP4 127.0.0.1 127.0.0.1 56324 8000\r\n");

        ClientOrigin? origin = await ReadAsync(new IPEndPoint(Stranger.Address.MapToIPv6(), Stranger.Port));

        Assert.Equal(new ClientOrigin(Stranger), origin);
        Assert.StartsWith("PROXY ", await RestAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\u00FF\u00FF")]
    public async Task A_malformed_header_ends_the_connection_and_is_logged_at_intervals(string header)
    {
        await SayAsync(header);
        Assert.Null(await ReadAsync(Proxy));
        Assert.Null(await ReadAsync(Proxy));

        Assert.StartsWith("566 ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incomplete_header_is_waited_for_at_most_five_seconds()
    {
        await SayAsync("PROXY TCP4 203");
        ValueTask<ClientOrigin?> reading = ReadAsync(Proxy);
        _time.Advance(TrustedProxies.HeaderTime - TimeSpan.FromMilliseconds(1));
        Assert.False(reading.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await reading);
        Assert.StartsWith("566 ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_connection_is_passed_on_to_the_server_with_its_own_timeouts()
    {
        ValueTask<ClientOrigin?> reading = ReadAsync(Proxy);
        _time.Advance(TrustedProxies.HeaderTime);

        Assert.Equal(new ClientOrigin(Proxy), await reading);
        await SayAsync("GET ");
        Assert.Equal("GET ", await RestAsync());
    }

    [Fact]
    public async Task A_connection_that_breaks_within_its_header_is_over()
    {
        await SayAsync("PROXY ");
        await _pipe.Writer.CompleteAsync();

        Assert.Null(await ReadAsync(Proxy));
    }

    [Theory]
    [InlineData("192.168.1.5", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("198.100.1.5", false)]
    public void An_unlisted_proxy_is_reported_if_it_may_be_ours(string address, bool isTold)
    {
        MessageHeaders headers = [];
        headers.Add("X-Forwarded-For", "203.0.113.7");
        for (int i = 0; i < 3; i++)
        {
            _proxies.Read(new ClientOrigin(new IPEndPoint(IPAddress.Parse(address), 1)), headers);
        }

        Assert.Equal(isTold ? 1 : 0, _log.Lines.Count(static l => l.StartsWith("567 ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_proxy_that_does_not_name_its_client_is_reported()
    {
        MessageHeaders headers = [];
        headers.Add("X-Forwarded-Proto", "https");
        _proxies.Read(new ClientOrigin(Proxy), headers);

        Assert.StartsWith("568 ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("11.1.2.3", false)]
    public void Addresses_are_compared_in_their_canonical_form(string address, bool isTrusted) =>
        Assert.Equal(isTrusted, _proxies.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.0.0.1")]
    [InlineData("203.0.113.9")]
    public async Task Without_trusted_proxies_no_header_is_believed(string address)
    {
        var nobody = new TrustedProxies([], _time, _log);
        var remote = new IPEndPoint(IPAddress.Parse(address), 4000);
        MessageHeaders headers = [];
        headers.Add("X-Forwarded-For", "127.0.0.1");
        await SayAsync("PROXY TCP4 127.0.0.1 127.0.0.1 56324 8000\r\n");

        Assert.False(nobody.Contains(remote.Address));
        Assert.Equal(new ClientOrigin(remote), await nobody.ReadAsync(_pipe.Reader, remote, TestContext.Current.CancellationToken));
        Assert.StartsWith("PROXY ", await RestAsync(), StringComparison.Ordinal);
        Assert.Equal(new ClientOrigin(remote, ClientRoute.Hidden), nobody.Read(new ClientOrigin(remote), headers).Origin);
    }

    private ValueTask<ClientOrigin?> ReadAsync(IPEndPoint remote) =>
        _proxies.ReadAsync(_pipe.Reader, remote, TestContext.Current.CancellationToken);

    private async Task SayAsync(string text) =>
        await _pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    private async Task<string> RestAsync()
    {
        ReadResult read = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(read.Buffer);
    }
}
