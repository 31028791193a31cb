using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

public class ThreadTests
{
    private static readonly AudioFormat Mono = new(48_000, 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Network_device_and_panel_on_separate_threads_end_together(bool hasClock)
    {
        var time = new SharedTime();
        using var decoder = new LinearPcmDecoder(Mono, 16);
        var receiver =
            new Receiver(decoder, options: new ReceiverOptions { Capacity = 64, Latency = TimeSpan.FromMilliseconds(60) }, time: time);
        var sender = new FakeRtpSender(Mono);
        byte[][] datagrams = [.. Enumerable.Range(0, 20_000).Select(_ => sender.Next(48))];
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        Task network = Task.Run(
            () =>
            {
                var random = new Random(1);
                for (int i = 0; i < datagrams.Length; i++)
                {
                    // Some late, some duplicated, and time that passes whether or not the others keep up.
                    receiver.OnRtp(datagrams[Math.Max(0, i - random.Next(4))], time.Advance(10_000));
                }

                receiver.OnEnd();
            },
            cancellationToken);
        Task<long> device = Task.Run(
            () =>
            {
                float[] pcm = new float[480];
                long played = 0;
                int frames;
                while ((frames = hasClock
                    ? receiver.Read(pcm, time.Advance(pcm.Length), time.GetTimestamp())
                    : receiver.Take(pcm, time.GetTimestamp())) != Receiver.End)
                {
                    Assert.InRange(frames, 0, 480);
                    played += frames;
                }

                return played;
            },
            cancellationToken);
        while (!network.IsCompleted)
        {
            ReceiverStatistics statistics = receiver.GetStatistics();
            Assert.True(statistics.Lost >= 0 && statistics.Received <= datagrams.Length);
            Thread.Yield();
        }

        await network;
        Assert.True(await device > 0);
        Assert.Equal(ReceiverState.Ended, receiver.GetStatistics().State);
        Assert.Equal(0, receiver.GetStatistics().Corrupt);
    }

    private sealed class SharedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 10_000_000;

        public long Advance(long ticks) => Interlocked.Add(ref _now, ticks);

        public override long GetTimestamp() => Volatile.Read(ref _now);
    }
}
