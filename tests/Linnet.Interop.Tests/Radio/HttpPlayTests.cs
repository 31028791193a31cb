using Linnet.Interop.Tests.Push;

namespace Linnet.Interop.Tests.Radio;

/// <summary><c>linnet play http://…</c>: what a real Icecast and our own server send over HTTP.</summary>
public sealed class HttpPlayTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Five seconds, eight times: wherever a player joins, the first ten seconds hold what it hears.
    private static readonly WavSound Sweep = WavSound.Sweep(48_000, 2, 5);
    private static readonly WavSound Sweeps = Sweep with { Samples = [.. Enumerable.Repeat(Sweep.Samples, 8).SelectMany(static s => s)] };

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Mounts_of_icecast_are_played_with_their_titles_in_every_format()
    {
        Sweeps.Save(_folder["sweeps.wav"]);
        await using Icecast icecast = await Icecast.StartAsync(_folder);
        await using Tool mp3 = Push(icecast, "far", "audio/mpeg", "libmp3lame", "mp3");
        await using Tool opus = Push(icecast, "far.opus", "audio/ogg", "libopus", "ogg");
        await using Tool flac = Push(icecast, "far.flac", "audio/ogg", "flac", "ogg");
        await using Tool vorbis = Push(icecast, "far.ogg", "audio/ogg", "libvorbis", "ogg");
        await using Tool aac = Push(icecast, "far.aac", "audio/aac", "aac", "adts");

        (string Stats, WavSound Heard)[] played = await Task.WhenAll(
            PlayTitledAsync(icecast, "far", "mp3"),
            PlayAsync(icecast.Http("far.opus"), "opus"),
            PlayAsync(icecast.Http("far.flac"), "flac"),
            PlayAsync(icecast.Http("far.ogg"), "vorbis"),
            PlayTitledAsync(icecast, "far.aac", "aac"));

        foreach ((string stats, WavSound heard) in played)
        {
            Assert.Contains("\"title\":\"Bird – Ornithology\"", stats, StringComparison.Ordinal);
            AssertIsPartOfSweeps(heard);
        }

        // Nothing is lost on the way, not even a bit.
        Sweeps.FindRun(played[2].Heard);
    }

    [Fact]
    public async Task An_icecast_that_goes_away_and_comes_back_is_heard_again()
    {
        Sweeps.Save(_folder["sweeps.wav"]);
        Icecast first = await Icecast.StartAsync(_folder);
        await using Tool push = Push(first, "far.mp3", "audio/mpeg", "libmp3lame", "mp3");
        await using Tool player = Tool.Start("linnet", "play", first.Http("far.mp3"), "--output", "null", "--stats", "json");
        await player.LineAsync("{\"state\":\"playing\"", Limit);

        await first.DisposeAsync();
        await player.LineAsync("{\"state\":\"reconnecting\"", Limit);
        await using Icecast second = await Icecast.StartAsync(_folder, first.Port);
        await using Tool again = Push(second, "far.mp3", "audio/mpeg", "libmp3lame", "mp3");

        string line = await player.LineAsync("{\"state\":\"playing\"", Limit);
        Assert.Contains("\"transport\":\"http\"", line, StringComparison.Ordinal);
        Assert.Contains("\"reconnects\":1", line, StringComparison.Ordinal);
        Assert.Contains("Trying again in", player.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_format_of_our_own_server_is_played_as_the_address_says()
    {
        Sweeps.Save(_folder["sweeps.wav"]);
        await using Serving server = await Serving.StartAsync(_folder["sweeps.wav"], "--live", "--http-port", "0");

        (string Stats, WavSound Heard)[] played = await Task.WhenAll(
            PlayAsync($"{server.Http}sweeps.mp3", "mp3"),
            PlayAsync($"{server.Http}sweeps.opus", "opus"),
            PlayAsync($"{server.Http}sweeps.flac", "flac"),
            PlayAsync($"{server.Http}sweeps.wav", "l16"),
            PlayAsync($"{server.Http}sweeps.m3u", "mp3"));

        foreach ((string stats, WavSound heard) in played)
        {
            Assert.Contains("\"title\":\"sweeps\"", stats, StringComparison.Ordinal);
            AssertIsPartOfSweeps(heard);
        }

        Sweeps.FindRun(played[2].Heard);
        Sweeps.FindRun(played[3].Heard);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertIsPartOfSweeps(WavSound heard)
    {
        Assert.Equal((48_000, 2), (heard.SampleRate, heard.Channels));
        Assert.Equal(4 * 48_000, heard.Frames);

        // A decoder that joins in the midst of a stream needs a moment.
        float[] reference = Sweeps.Channel(0)[..(10 * 48_000)];
        Assert.InRange(Correlation.Of(reference, heard.Channel(0).AsSpan(48_000)).Value, 0.98, 1.0001);
    }

    private Tool Push(Icecast icecast, string mount, string contentType, string codec, string format) => Tool.Start(
        "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", _folder["sweeps.wav"], "-metadata", "title=Ornithology", "-metadata",
        "artist=Bird", "-c:a", codec, "-b:a", "192k", "-f", format, "-content_type", contentType, icecast.PushTo(mount));

    /// <summary>Plays a mount whose format has no place for titles, after Icecast was told one.</summary>
    private async Task<(string Stats, WavSound Heard)> PlayTitledAsync(Icecast icecast, string mount, string codec)
    {
        while (!await icecast.TryTellTitleAsync(mount, "Bird - Ornithology"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return await PlayAsync(icecast.Http(mount), codec);
    }

    /// <summary>Plays four seconds; a mount that does not exist yet is asked for again.</summary>
    private async Task<(string Stats, WavSound Heard)> PlayAsync(string url, string codec)
    {
        string file = _folder[$"heard.{Guid.NewGuid():N}.wav"];
        for (int tries = 0; ; tries++)
        {
            await using Tool player = Tool.Start("linnet", "play", url, "--output", file, "--seconds", "4", "--stats", "json");
            if (await player.ExitAsync(Limit) == 0)
            {
                Assert.Contains($"\"codec\":\"{codec}\"", player.Output, StringComparison.Ordinal);
                return (player.Output, WavSound.Load(file));
            }

            Assert.True(tries < 20 && player.Errors.Contains("answers 404", StringComparison.Ordinal), player.Errors);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
