using Linnet.Audio;
using Linnet.Serving.Pulls;
using Linnet.Sources.Ingest;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Serving.Pulls;

public class RtspPullTests
{
    /// <summary>The station's clock requests this much at a time.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    /// <remarks>
    /// Time passes only between two packets, when the test advances it, so each packet arrives when due, even on a busy machine.
    /// </remarks>
    [Fact]
    public async Task Audio_received_before_the_server_is_lost_is_played_to_its_end()
    {
        const int Packets = 40;
        const int Frames = 160;
        var time = new ManualTime();
        await using var server = new FakeRtspServer { RefusesUdp = true };
        var station = new IngestBuffer("jazz", new IngestOptions());
        var logger = new RecordingLogger();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = new RtspPull(new Uri(server.Url), time, logger).RunAsync(station, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        var sender = new FakeRtpSender(new AudioFormat(8000, 1));
        for (int i = 0; i < Packets; i++)
        {
            await connection.SendPacketAsync(0, sender.Next(Frames));
            await connection.UntilTakenAsync();
            await time.FireAsync(Step);
            await time.FireAsync(Step);
        }

        int before = station.GetState().Frames;
        connection.EndSending();
        await Until.TrueAsync(() => logger.Lines.Any(static l => l.StartsWith("901 ", StringComparison.Ordinal)));
        Assert.All(logger.Lines, static l => Assert.StartsWith("Station jazz: ", l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..],
            StringComparison.Ordinal));
        Assert.Contains($"911 Station jazz: connected to {server.Url}: L16, 8000 Hz, 1 ch", logger.Lines);
        for (int i = 0; i < Packets; i++)
        {
            await time.FireAsync(Step);
        }

        // Part of it was still waiting, and nothing follows the last of it.
        Assert.InRange(before, Frames, (Packets - 1) * Frames);
        float[] heard = new float[2 * Packets * Frames];
        int frames = station.Read(heard, [], out _, out _);
        Assert.Equal(Expected(Packets * Frames), heard.AsSpan(0, frames).TrimStart(0f).ToArray());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>The sent audio without the silence before it: the first sample of the noise is also 0.</summary>
    private static float[] Expected(int frames) =>
        [.. Enumerable.Range(1, frames - 1).Select(static i => FakeRtpSender.Noise(i, 0) / 32768f)];
}
