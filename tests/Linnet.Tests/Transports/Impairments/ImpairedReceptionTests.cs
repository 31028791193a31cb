using System.Net;
using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Transports.Impairments;

/// <summary>A real server, and a receiver without repair, over real sockets with a bad network between them.</summary>
public class ImpairedReceptionTests
{
    [Theory]
    [InlineData("loss=10%,duplicate=5%,corrupt=2%,reorder=3%,seed=4")]
    [InlineData("loss=19%,burst=60ms,seed=5")]
    [InlineData("delay=20ms,jitter=3ms,duplicate=10%,seed=6")]
    public async Task The_counts_of_the_receiver_match_the_impairments(string text)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        var station = new Station(new StationOptions { Name = "ramp" }, new RampSource(new AudioFormat(8000, 1), 16_000));
        await using StationServer server =
            StationServer.Open([station], new StationServerOptions { Bind = IPAddress.Loopback, RtspPort = 0, RtpPort = 0 });
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        Task serving = server.RunAsync(stopping.Token);

        var path = new ImpairedPath(LossyLink.Like(text), TimeProvider.System);
        Assert.True(RtspUri.TryParse($"rtsp://{server.RtspEndPoint}/ramp/pcm", out RtspUri? address));
        var options = new RtspReceiverOptions { Address = address, Transport = RtspTransport.Udp, Impairment = path };
        await using RtspReceiver transport =
            await RtspReceiver.ConnectAsync(options, TimeProvider.System, new Random(1), NullLogger.Instance, cancelled);
        using IAudioDecoder decoder = transport.CreateDecoder();
        var receiver = new Receiver(decoder, transport.PayloadType);
        Task hearing = transport.RunAsync(receiver, stopping.Token);

        // If the goodbye is lost, the server eventually closes the connection, which is an error; it does not matter here.
        float[] pcm = new float[8000];
        while (!hearing.IsCompleted && receiver.Take(pcm, TimeProvider.System.GetTimestamp()) != Receiver.End)
        {
            await Task.WhenAny(hearing, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancelled));
        }

        receiver.OnEnd();
        while (receiver.Take(pcm, TimeProvider.System.GetTimestamp()) != Receiver.End)
        {
        }

        await stopping.CancelAsync();
        await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        AssertCounts(path.GetStatistics().Rtp, receiver.GetStatistics());
    }

    private static void AssertCounts(ImpairmentCounts done, ReceiverStatistics counted)
    {
        Assert.Equal(400, done.Taken);
        Assert.Equal(done.Passed, counted.Received + counted.Duplicate + counted.Corrupt);
        Assert.Equal(done.Duplicated, counted.Duplicate);
        Assert.Equal(done.Corrupted, counted.Corrupt);
        Assert.Equal(done.Taken - done.Dropped - done.Corrupted, counted.Received);

        // Losses at the very end go unnoticed, and late deliveries of a busy machine are not reordering.
        Assert.InRange(counted.Lost, done.Dropped + done.Corrupted - 40, done.Dropped + done.Corrupted);
        Assert.InRange(counted.Reordered, done.Reordered - counted.Late, done.Reordered);
    }
}
