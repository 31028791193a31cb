namespace Linnet.Interop.Tests.Push;

/// <summary>Other servers' sound on a station of ours.</summary>
public sealed class PullTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("mp3", "audio/mpeg", "libmp3lame")]
    [InlineData("ogg", "application/ogg", "libopus")]
    public async Task A_mount_of_icecast_is_restreamed(string format, string contentType, string codec)
    {
        WavSound sweeps = WavSound.Sweep(48_000, 2, 40);
        sweeps.Save(_folder["sweeps.wav"]);
        await using Icecast icecast = await Icecast.StartAsync(_folder);
        await using Tool pusher = Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", _folder["sweeps.wav"], "-c:a", codec, "-b:a", "192k", "-f", format,
            "-content_type", contentType,
            "-ice_name", "Far away", icecast.PushTo("far"));
        await using FedServer server = FedServer.Start($"jazz={icecast.Http("far")}");
        await server.UntilHeardAsync();

        await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("jazz.wav"), "-t", "6", _folder["heard.wav"]);

        WavSound heard = WavSound.Load(_folder["heard.wav"]);
        Assert.InRange(Correlation.Of(sweeps.Channel(0), heard.Channel(0).AsSpan(144_000)).Value, 0.98, 1.0001);
    }

    [Fact]
    public async Task A_station_of_rtsp_is_restreamed()
    {
        WavSound sweeps = WavSound.Sweep(48_000, 2, 40);
        sweeps.Save(_folder["sweeps.wav"]);
        await using Serving far = await Serving.StartAsync(_folder["sweeps.wav"], "--live");
        await using FedServer server = FedServer.Start("jazz=" + far.Url("sweeps/l16"));
        await server.UntilHeardAsync();

        await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("jazz.wav"), "-t", "6", _folder["heard.wav"]);

        // The player follows the other's clock by as little as it takes; a short piece is hardly stretched.
        WavSound heard = WavSound.Load(_folder["heard.wav"]);
        Assert.InRange(Correlation.Of(sweeps.Channel(0), heard.Channel(0).AsSpan(264_000, 16_000)).Value, 0.95, 1.0001);
    }

    public void Dispose() => _folder.Dispose();
}
