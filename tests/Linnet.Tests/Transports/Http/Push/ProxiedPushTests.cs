using System.Buffers;
using System.Net;
using System.Text;
using Linnet.Access;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Http.Push;

/// <summary>Pushes through an HTTP proxy, and what pushes add up to.</summary>
public class ProxiedPushTests
{
    private static readonly string Password = "Authorization: " + new BasicCredentials("source", "hackme").ToHeader();

    private static readonly byte[] Wav =
        [.. "RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF".Select(
            static c => (byte)c)];

    private readonly RecordingLogger _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly IngestBuffer _live = new("live", new IngestOptions(), new AudioFormat(8000, 1));
    private readonly PushServer _server;

    public ProxiedPushTests() => _server = new PushServer(
        new PushServerOptions { Password = "hackme" }, () => [_live], static name => name == "tone", StreamDecoders.TryCreate, _time, _log);

    [Theory]
    [InlineData("PUT /live HTTP/1.1", true)]
    [InlineData("PUT /live HTTP/1.0", true)]
    [InlineData("SOURCE /live HTTP/1.0", true)]
    [InlineData("PUT /live HTTP/1.1|Transfer-Encoding: chunked", false)]
    [InlineData("PUT /live HTTP/1.1|Content-Length: 1000", false)]
    public async Task A_push_through_an_HTTP_proxy_without_length_or_chunks_is_refused_with_the_reason(
        string lines, bool isRefused)
    {
        PushPeer peer = Begin(isForwarded: true, lines);
        await peer.EndAsync();

        string answer = await peer.ReadToEndAsync();

        Assert.Equal(isRefused, answer.Contains(" 411 ", StringComparison.Ordinal) && answer.Contains("chunked", StringComparison.Ordinal));
        Assert.Equal(isRefused ? 1 : 0, _server.Refused.GetValueOrDefault(PushRefusal.NoLength));
        Assert.Equal(isRefused, _log.Lines.Any(static l => l.StartsWith("562 ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("PUT /tone HTTP/1.1|Content-Length: 10")]
    [InlineData("SOURCE /tone.mp3 HTTP/1.0")]
    [InlineData("GET /admin/metadata?mode=updinfo&mount=/tone.mp3&song=a HTTP/1.1")]
    public async Task A_push_to_a_station_with_a_source_of_its_own_is_refused_with_the_reason(string lines)
    {
        string answer = await Begin(isForwarded: false, lines).ReadToEndAsync();

        Assert.StartsWith("HTTP/1.", answer, StringComparison.Ordinal);
        Assert.Equal("403", answer.Split(' ')[1]);
        Assert.Contains("The station tone has a source of its own and accepts no pushes", answer, StringComparison.Ordinal);
        Assert.Equal(
            lines.Contains("admin", StringComparison.Ordinal)
                ? [] : ["562 127.0.0.1:1234 may not push: the station of that name has a source of its own and accepts no pushes"],
            _log.Lines);
    }

    [Fact]
    public async Task Pushed_bytes_are_added_up()
    {
        for (int i = 1; i <= 2; i++)
        {
            PushPeer peer = Begin(isForwarded: false, "PUT /live HTTP/1.1|Content-Length: 1044");
            await peer.SendAsync([.. Wav, .. new byte[1000]]);
            await peer.ReadToEndAsync();
        }

        TransportTotal total = _server.Total;
        Assert.Equal("push", total.Transport);
        Assert.InRange(total.Connections, 1, 2);
        Assert.Equal(1044 * total.Connections, total.Bytes);
    }

    [Fact]
    public async Task Wrong_passwords_from_behind_a_proxy_delay_only_their_client()
    {
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            Assert.Contains(" 401 ", await AskAsync("203.0.113.1", $"guess {i}"), StringComparison.Ordinal);
        }

        Task<string> guesser = AskAsync("203.0.113.1", "hackme");
        string other = await AskAsync("203.0.113.2", "hackme").WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // The password was right; there is no pusher now.
        Assert.Contains(" 404 ", other, StringComparison.Ordinal);
        Assert.False(guesser.IsCompleted);
        _time.Advance(PasswordGate.MaxWait);
        Assert.Contains(" 404 ", await guesser, StringComparison.Ordinal);

        Task<string> AskAsync(string client, string password)
        {
            string authorization = new BasicCredentials("source", password).ToHeader();
            byte[] text = Encoding.ASCII.GetBytes(
                $"GET /admin/metadata?mount=/live&mode=updinfo&song=x HTTP/1.1\r\nAuthorization: {authorization}\r\n\r\n");
            Assert.Equal(
                HttpReadResult.Done, HttpRequestHead.TryParse(new ReadOnlySequence<byte>(text), null, out HttpRequestHead? head, out _));
            var origin = new ClientOrigin(new IPEndPoint(IPAddress.Parse(client), 4711), ClientRoute.Proxied);
            var request = new ForwardedRequest(origin, "http", null, IsForwarded: true);
            return new PushPeer(_server, head!, request).ReadToEndAsync();
        }
    }

    private PushPeer Begin(bool isForwarded, string lines) =>
        new(_server, PushPeer.Head([.. lines.Split('|'), Password, "Content-Type: audio/wav"]), isForwarded);
}
