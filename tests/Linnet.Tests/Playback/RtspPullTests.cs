using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Playback;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Playback;

public class RtspPullTests
{
    [Fact]
    public async Task What_has_arrived_when_the_server_is_gone_is_played_to_its_end()
    {
        const int Packets = 40;
        const int Frames = 160;
        await using var server = new FakeRtspServer { RefusesUdp = true };
        int descriptions = 0;
        server.Script = (_, request) => request.Method == RtspMethod.Describe && ++descriptions > 1 ? request.Answer(RtspStatus.ServiceUnavailable) : null;
        var station = new IngestBuffer("jazz", new IngestOptions());
        var logger = new RecordingLogger();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = new RtspPull(new Uri(server.Url), TimeProvider.System, logger).RunAsync(station, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        var sender = new FakeRtpSender(new AudioFormat(8000, 1));
        for (int i = 0; i < Packets; i++)
        {
            await connection.SendPacketAsync(0, sender.Next(Frames));
        }

        connection.EndSending();
        // It asks again and again; meanwhile it plays what has arrived.
        while (station.GetState().Frames < Packets * Frames * 3 / 4 && logger.Lines.Count(static l => l.StartsWith("901 ", StringComparison.Ordinal)) < 4)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stop.Token);
        }

        Assert.InRange(station.GetState().Frames, Packets * Frames * 3 / 4, Packets * Frames * 5 / 4);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
