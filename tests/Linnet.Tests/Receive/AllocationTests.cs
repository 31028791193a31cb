using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

public class AllocationTests
{
    private static readonly AudioFormat Stereo = new(48_000, 2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Receiving_and_playing_allocate_nothing_in_steady_state(bool hasClock)
    {
        var time = new SettableTime(10_000_000);
        using var decoder = new LinearPcmDecoder(Stereo, 16);
        var receiver = new Receiver(
            decoder, FakeRtpSender.PayloadType, new ReceiverOptions { Capacity = 64, Latency = TimeSpan.FromMilliseconds(60) }, time);
        receiver.SetOutput(new AudioFormat(44_100, 1));
        var sender = new FakeRtpSender(Stereo);

        // Some lost, some duplicated, some late, as in the steady state of a network.
        byte[][] datagrams = [.. Enumerable.Range(0, 3000).Select(_ => sender.Next(240))];
        float[] pcm = new float[480 * 2];
        Run(0, 1000);
        long allocated = Allocations.OfRounds(2, round => Run(1000 * (round + 1), 1000 * (round + 2)));

        Assert.Equal(0, allocated);
        ReceiverStatistics statistics = receiver.GetStatistics();
        Assert.True(statistics.Lost > 50 && statistics.Duplicate > 50 && statistics.Late > 20 && statistics.Concealed > TimeSpan.Zero);

        void Run(int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                time.Timestamp += 50_000;
                if (i % 20 != 0)
                {
                    receiver.OnRtp(datagrams[i], time.Timestamp);
                }

                if (i % 30 == 0)
                {
                    receiver.OnRtp(datagrams[Math.Max(1, i - 1)], time.Timestamp);
                }

                if (i % 40 == 30)
                {
                    receiver.OnRtp(datagrams[i - 30], time.Timestamp);
                }

                if (!hasClock)
                {
                    receiver.Take(pcm, time.Timestamp);
                }
                else if (i % 2 == 0)
                {
                    receiver.Read(pcm.AsSpan(0, 441), time.Timestamp + 150_000, time.Timestamp);
                }
            }
        }
    }
}
