using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;
using Linnet.Tests.Fakes;
using Linnet.Tests.Transports.Http.Radio;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Http;

namespace Linnet.Tests.Transports.Http.Push;

public class PushServerTests
{
    private static readonly AudioFormat Format = new(8000, 1);
    private static readonly string Password = Credentials("hackme");

    private readonly WaitedTime _time = new();
    private readonly RecordingLogger _log = new();
    private readonly IngestBuffer _live = new("live", new IngestOptions(), Format);
    private readonly PushServer _server;
    private BytesAsFrames? _decoder;

    public PushServerTests() => _server = Create(new PushServerOptions { Password = "hackme" });

    [Theory]
    [InlineData("SOURCE /live HTTP/1.0")]
    [InlineData("SOURCE /live ICE/1.0")]
    [InlineData("PUT /live HTTP/1.0")]
    [InlineData("PUT /live.mp3 HTTP/1.1")]
    public async Task A_pusher_that_waits_for_an_answer_before_it_sends_gets_one(string line)
    {
        PushPeer peer = Begin(_server, line, Password);

        string answer = await peer.ReadUntilAsync("\r\n\r\n");
        await peer.SendAsync(Sound(1000));
        await peer.EndAsync();

        Assert.Matches("^HTTP/1\\.[01] 200 OK\r\n", answer);
        Assert.Equal("", await peer.ReadToEndAsync());
        Assert.Equal(1000, _live.GetState().Frames);
        Assert.Contains(_log.Lines, l => l.EndsWith("stopped pushing to live: it ended (1000 bytes)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pusher_that_expects_100_continue_gets_it_and_a_final_answer_at_the_end()
    {
        PushPeer peer = Begin(_server, "PUT /live HTTP/1.1", Password, "Expect: 100-continue", "Transfer-Encoding: chunked");

        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await peer.ReadUntilAsync("\r\n\r\n"));
        await peer.SendAsync([.. "300\r\n"u8, .. Sound(0x300), .. "\r\n0\r\n\r\n"u8]);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await peer.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0x300, _live.GetState().Frames);
    }

    [Fact]
    public async Task A_push_with_a_length_is_answered_at_its_end()
    {
        PushPeer peer = Begin(_server, "PUT /live HTTP/1.1", Password, "Content-Length: 500");
        await peer.SendAsync(Sound(500));

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await peer.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(500, _live.GetState().Frames);
    }

    [Theory]
    [InlineData("", "PUT /live HTTP/1.1", "", "403", PushRefusal.Closed)]
    [InlineData("hackme", "PUT /live HTTP/1.1", "", "401", PushRefusal.Unnamed)]
    [InlineData("hackme", "SOURCE /live ICE/1.0", "Authorization: Basic c291cmNlOm5v", "401", PushRefusal.WrongPassword)]
    [InlineData("hackme", "PUT /other HTTP/1.1", "right", "404", PushRefusal.NoSuchStation)]
    [InlineData("hackme", "PUT /tone HTTP/1.1", "right", "403", PushRefusal.OwnSource)]
    [InlineData("hackme", "GET /admin/metadata?mode=updinfo&mount=/live&song=a HTTP/1.1", "", "401", PushRefusal.Unnamed)]
    [InlineData("hackme", "GET /admin/metadata?mode=updinfo&mount=/live&song=a HTTP/1.1", "Authorization: Basic c291cmNlOm5v", "401",
        PushRefusal.WrongPassword)]
    internal async Task A_refused_push_gets_the_reason_before_100_continue(
        string password, string line, string header, string status, PushRefusal reason)
    {
        PushServer server = Create(new PushServerOptions { Password = password });
        header = header == "right" ? Password : header.Length > 0 ? header : "X-Nothing: 1";
        PushPeer peer = Begin(server, line, header, "Expect: 100-continue");

        string answer = await peer.ReadToEndAsync();

        Assert.Equal(status, answer.Split(' ')[1]);
        Assert.Equal(status == "401", answer.Contains("\r\nWWW-Authenticate: Basic ", StringComparison.Ordinal));
        Assert.Equal(1, server.Refused[reason]);
        Assert.Null(_live.Writer);
    }

    [Fact]
    public async Task Repeated_refusals_are_counted_and_do_not_flood_the_log()
    {
        for (int i = 0; i < 100; i++)
        {
            await Begin(_server, "PUT /live HTTP/1.1", "X-Nothing: 1").ReadToEndAsync();
        }

        await Begin(_server, "PUT /other HTTP/1.1", Password).ReadToEndAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await Begin(_server, "PUT /live HTTP/1.1", "X-Nothing: 1").ReadToEndAsync();

        Assert.Equal(101, _server.Refused[PushRefusal.Unnamed]);
        const string NoPassword = "127.0.0.1:1234 may not push: it gave no password (some programs ask once without)";
        Assert.Equal(
            [
                NoPassword,
                "127.0.0.1:1234 may not push: there is no station of that name",
                $"{NoPassword} (99 more since the last message)",
            ],
            _log.Lines.Select(static l => l[l.IndexOf("127", StringComparison.Ordinal)..]));
    }

    [Fact]
    public async Task A_second_pusher_is_refused()
    {
        PushPeer first = Begin(_server, "SOURCE /live HTTP/1.0", Password);
        await first.ReadUntilAsync("\r\n\r\n");

        string answer = await Begin(_server, "PUT /live HTTP/1.1", Password, "Expect: 100-continue").ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 409 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("Another client pushes to this station.\r\n", answer, StringComparison.Ordinal);
        await first.EndAsync();
        await first.ReadToEndAsync();
        await Begin(_server, "SOURCE /live HTTP/1.0", Password).ReadUntilAsync("200 OK");
    }

    [Fact]
    public async Task A_push_beyond_the_limit_is_refused_with_Retry_After()
    {
        PushServer server = Create(new PushServerOptions { Password = "hackme", MaxPushes = 1 });
        await Begin(server, "SOURCE /live HTTP/1.0", Password).ReadUntilAsync("\r\n\r\n");

        string answer = await Begin(server, "PUT /live HTTP/1.1", Password, "Expect: 100-continue").ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 10\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_pusher_takes_over_if_the_options_say_so()
    {
        PushServer server = Create(new PushServerOptions { Password = "hackme", TakesOver = true });
        PushPeer first = Begin(server, "SOURCE /live HTTP/1.0", Password);
        await first.ReadUntilAsync("\r\n\r\n");
        PushPeer second = Begin(server, "SOURCE /live HTTP/1.0", Password);
        await second.ReadUntilAsync("\r\n\r\n");

        await first.SendAsync(Sound(700));
        await first.ReadToEndAsync();
        await second.SendAsync(Sound(300));
        await second.EndAsync();
        await second.ReadToEndAsync();

        Assert.Equal(300, _live.GetState().Frames);
        Assert.Contains(_log.Lines, l => l.Contains("another client took over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_type_that_is_not_decoded_is_refused_before_anything_is_sent()
    {
        PushPeer peer = Begin(_server, "PUT /live HTTP/1.1", Password, "Expect: 100-continue", "Content-Type: text/plain");
        string answer = await peer.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 415 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("This is no sound.\r\n", answer, StringComparison.Ordinal);
        Assert.Null(_live.Writer);
    }

    [Fact]
    public async Task Audio_that_cannot_be_decoded_is_answered_with_the_reason()
    {
        PushPeer peer = Begin(_server, "PUT /live HTTP/1.1", Password, "Expect: 100-continue");
        await peer.ReadUntilAsync("\r\n\r\n");
        await peer.SendAsync(new byte[] { BytesAsFrames.Bad });

        string answer = await peer.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 415 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("A bad byte.\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, _server.Refused[PushRefusal.NotDecodable]);
    }

    [Fact]
    public async Task Malformed_chunks_are_answered_with_an_error()
    {
        PushPeer peer = Begin(_server, "PUT /live HTTP/1.1", Password, "Expect: 100-continue", "Transfer-Encoding: chunked");
        await peer.ReadUntilAsync("\r\n\r\n");
        await peer.SendAsync([.. "300\r\n"u8, .. Sound(0x300), .. "\r\nFFFFFFFFFFFFFFFFF\r\n"u8]);

        string answer = await peer.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("The chunks of this are malformed.\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pusher_that_is_taken_over_and_still_reads_gets_the_reason()
    {
        PushServer server = Create(new PushServerOptions { Password = "hackme", TakesOver = true });
        PushPeer first = Begin(server, "PUT /live HTTP/1.1", Password, "Expect: 100-continue", "Content-Length: 5000");
        await first.ReadUntilAsync("\r\n\r\n");
        await Begin(server, "SOURCE /live HTTP/1.0", Password).ReadUntilAsync("\r\n\r\n");
        await first.SendAsync(Sound(700));

        Assert.StartsWith("HTTP/1.1 409 ", await first.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversion_of_pushed_audio_is_logged_when_it_starts()
    {
        var stereo = new IngestBuffer("live", new IngestOptions(), new AudioFormat(8000, 2));
        var server = new PushServer(new() { Password = "hackme" }, () => [stereo], static _ => false, CreateDecoder, _time, _log);
        PushPeer peer = Begin(server, "SOURCE /live HTTP/1.0", Password);
        await peer.ReadUntilAsync("\r\n\r\n");
        await peer.SendAsync(Sound(1000));
        await PushPeer.Until(() => stereo.GetState().Frames == 1000);

        Assert.EndsWith(
            "The audio pushed to live is PCM, 8000 Hz, 1 ch; it is converted to 8000 Hz, 2 ch", _log.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pusher_that_sends_nothing_is_dropped()
    {
        PushPeer peer = Begin(_server, "SOURCE /live HTTP/1.0", Password);
        await peer.ReadUntilAsync("\r\n\r\n");
        await PushPeer.Until(() => _time.Waits.Contains(new PushServerOptions().IdleTime));

        _time.Advance(TimeSpan.FromSeconds(11));
        await peer.ReadToEndAsync();

        Assert.Null(_live.Writer);
        Assert.Contains(_log.Lines, l => l.Contains("it stopped sending", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_push_without_decodable_audio_does_not_hold_the_station()
    {
        PushPeer peer = Begin(_server, "SOURCE /live HTTP/1.0", Password);
        await peer.ReadUntilAsync("\r\n\r\n");
        Task<string> end = peer.ReadToEndAsync();
        for (int i = 0; i < 20 && !end.IsCompleted; i++)
        {
            await peer.SendAsync(new byte[] { BytesAsFrames.Nothing });
            int sent = i + 1;
            await PushPeer.Until(() => end.IsCompleted || _decoder?.Writes == sent);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        await end;
        Assert.Null(_live.Writer);
        Assert.Contains(_log.Lines, l => l.Contains("there was no sound in it for 70 s", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Audio_left_in_the_decoder_is_played_however_the_push_ends(bool isCut)
    {
        PushPeer peer = Begin(_server, "PUT /live HTTP/1.1", Password, "Content-Length: 5000");
        await peer.SendAsync([BytesAsFrames.HoldsOne, .. Sound(100)]);
        if (isCut)
        {
            await PushPeer.Until(() => _live.GetState().Frames == 100);
            await peer.BreakAsync();
        }
        else
        {
            await peer.EndAsync();
        }

        await peer.ReadToEndAsync();
        Assert.Equal(101, _live.GetState().Frames);
    }

    [Fact]
    public async Task A_right_password_is_let_in_beside_a_thousand_wrong_ones_from_an_address_that_has_logged_in()
    {
        await Begin(_server, "GET /admin/metadata?mode=updinfo&mount=/live&song=a HTTP/1.0", Password).ReadToEndAsync();
        PushPeer[] wrong = [.. Enumerable.Range(0, 1000).Select(i => Begin(_server, "PUT /live HTTP/1.1", Credentials($"no{i}")))];
        PushPeer peer = Begin(_server, "SOURCE /live HTTP/1.0", Password);
        Task<string> answer = peer.ReadUntilAsync("\r\n\r\n");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.StartsWith("HTTP/1.0 200 OK\r\n", await answer, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Task.WhenAll(wrong.Select(static w => w.ReadToEndAsync()));
        Assert.Equal(1000, Refused(PushRefusal.WrongPassword) + Refused(PushRefusal.TooManyTries));
    }

    [Fact]
    public async Task A_silent_push_is_dropped_if_the_options_say_so()
    {
        PushServer server = Create(new PushServerOptions { Password = "hackme", SilenceTime = TimeSpan.FromSeconds(1) });
        PushPeer peer = Begin(server, "SOURCE /live HTTP/1.0", Password);
        await peer.ReadUntilAsync("\r\n\r\n");
        await peer.SendAsync(new byte[9000]);

        await peer.ReadToEndAsync();

        Assert.Contains(_log.Lines, l => l.Contains("it was silent for too long", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_push_above_the_bit_rate_limit_is_ended()
    {
        PushServer server = Create(new PushServerOptions { Password = "hackme", MaxBitRate = 8000 });
        PushPeer peer = Begin(server, "SOURCE /live HTTP/1.0", Password);
        await peer.ReadUntilAsync("\r\n\r\n");
        await peer.SendAsync(Sound(21_000));

        await peer.ReadToEndAsync();

        Assert.Contains(_log.Lines, l => l.Contains("more bits per second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pusher_that_is_too_fast_is_held_and_loses_nothing()
    {
        PushPeer peer = Begin(_server, "SOURCE /live HTTP/1.0", Password);
        await peer.ReadUntilAsync("\r\n\r\n");
        ValueTask<FlushResult> sending = peer.SendAsync(Sound(200_000));
        float[] pcm = new float[8000];
        int read = 0;
        while (read < 200_000)
        {
            Assert.InRange(_live.GetState().Frames, 0, 66_000);
            read += _live.Read(pcm, [], out _, out bool isBroken);
            Assert.False(isBroken);
            await Task.Yield();
        }

        await sending;
        await peer.EndAsync();
        await peer.ReadToEndAsync();
        Assert.Equal(200_000, read);
    }

    [Fact]
    public async Task A_title_applies_to_the_audio_that_arrives_with_it()
    {
        PushPeer peer = Begin(_server, "SOURCE /live HTTP/1.0", Password);
        await peer.ReadUntilAsync("\r\n\r\n");
        await peer.SendAsync(Sound(9000));
        await PushPeer.Until(() => _live.GetState().Frames == 9000);

        string answer = await Begin(
            _server, "GET /admin/metadata?mode=updinfo&mount=%2Flive&song=Nina%20Simone%20-%20Sinner%0D%0AX-Evil:%201 HTTP/1.0", Password)
                .ReadToEndAsync();
        await peer.SendAsync(Sound(500));
        await PushPeer.Until(() => _live.GetState().Frames == 9500);

        Assert.EndsWith(
            "<?xml version=\"1.0\"?>\n<iceresponse><message>Metadata update successful</message><return>1</return></iceresponse>\n", answer,
            StringComparison.Ordinal);
        float[] pcm = new float[10_000];
        Assert.Equal(9000, _live.Read(pcm, [], out TrackInfo? before, out _));
        Assert.Equal(500, _live.Read(pcm, [], out TrackInfo? track, out _));
        Assert.Equal((new TrackInfo("live"), new TrackInfo("Sinner X-Evil: 1", "Nina Simone")), (before, track));
    }

    [Theory]
    [InlineData("/admin/metadata?mode=updinfo&mount=/live&song=a", "404")]
    [InlineData("/admin/metadata?mode=updinfo&mount=/other&song=a", "404")]
    [InlineData("/admin/metadata?mode=updinfo&mount=/live", "400")]
    [InlineData("/admin/killsource?mount=/live", "404")]
    public async Task A_title_without_a_pusher_is_refused(string target, string status)
    {
        string answer = await Begin(_server, $"GET {target} HTTP/1.0", Password).ReadToEndAsync();

        Assert.Equal(status, answer.Split(' ')[1]);
    }

    [Fact]
    public void The_options_do_not_show_the_password() =>
        Assert.DoesNotContain("hackme", new PushServerOptions { Password = "hackme" }.ToString(), StringComparison.Ordinal);

    private long Refused(PushRefusal reason) => _server.Refused.GetValueOrDefault(reason);

    private PushServer Create(PushServerOptions options) => new(options, () => [_live], n => n is "tone", CreateDecoder, _time, _log);

    private static string Credentials(string password) => "Authorization: " + new BasicCredentials("source", password).ToHeader();

    private bool CreateDecoder(
        string? contentType, [NotNullWhen(true)] out IStreamDecoder? decoder, [NotNullWhen(false)] out StreamProblem? problem)
    {
        problem = contentType == "text/plain" ? new StreamProblem(StreamFault.NotSound, "This is no sound.") : null;
        decoder = _decoder = problem is null ? new BytesAsFrames() : null;
        return problem is null;
    }

    private static byte[] Sound(int frames) => [.. Enumerable.Repeat((byte)100, frames)];

    private static PushPeer Begin(PushServer server, params string[] lines) => new(server, PushPeer.Head(lines));
}
