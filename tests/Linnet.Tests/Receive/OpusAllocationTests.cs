using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Receive;
using Linnet.Tests.Codecs;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Receive;

/// <summary>An hour of Opus on a bad network allocates only in its first seconds. Concentus allocates for every packet.</summary>
public class OpusAllocationTests
{
    private const long Second = 10_000_000;
    private const int Frames = 960;

    [Fact]
    public void Packets_and_callbacks_allocate_nothing_while_the_buffer_follows_the_network_and_clocks_drift()
    {
        OpusProviders.SkipIfMissing(OpusProvider.Native);
        var time = new SettableTime(Second);
        var options = new OpusEncoderOptions { BitRate = 96_000, Complexity = 0, PacketTime = TimeSpan.FromMilliseconds(20) };
        using var encoder = new OpusEncoder(2, options, OpusProvider.Native);
        using var decoder = new OpusDecoder(2, OpusProvider.Native);
        var receiver = new Receiver(decoder, 96, new ReceiverOptions { Capacity = 64 }, time);
        receiver.SetOutput(new AudioFormat(44_100, 2));
        byte[][] datagrams = Encode(encoder, count: 3000);
        float[] pcm = new float[441 * 2];
        long nextPeriodAt = 0;
        var random = new Random(2);

        Run(0, 1000);
        long allocated = Allocations.OfRounds(2, round => Run(1000 * (round + 1), 1000 * (round + 2)));

        Assert.Equal(0, allocated);
        ReceiverStatistics statistics = receiver.GetStatistics();
        Assert.True(statistics.Stretches > 5 && statistics.Underruns > 2 && statistics.Lost > 50 && statistics.Concealed > TimeSpan.Zero,
            statistics.ToString());
        Assert.InRange(statistics.DriftPpm, 0, 200);

        // Trouble alternates every ten seconds. The device's clock is 100 ppm slow.
        void Run(int from, int to)
        {
            long before = 0;
            for (int i = from; i < to; i++)
            {
                double jitter = i / 500 % 2 == 0 ? random.NextDouble() * 0.004 : random.NextDouble() * 0.15;
                long at = before = Math.Max(before, (i * Second / 50) + (long)(jitter * Second));
                for (; nextPeriodAt < at; nextPeriodAt += (long)(Second / 100 * (1 + 100e-6)))
                {
                    time.Timestamp = nextPeriodAt;
                    receiver.Read(pcm, nextPeriodAt + (Second / 50), nextPeriodAt);
                }

                time.Timestamp = at;
                if (i % 30 != 7)
                {
                    receiver.OnRtp(datagrams[i], at);
                }
            }
        }
    }

    private static byte[][] Encode(OpusEncoder encoder, int count)
    {
        float[] sound = new float[Frames * 2];
        byte[] payload = new byte[1500];
        byte[][] datagrams = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            for (int frame = 0; frame < Frames; frame++)
            {
                sound[2 * frame] = sound[(2 * frame) + 1] = (float)(0.3 * Math.Sin(2 * Math.PI * 220 * ((i * Frames) + frame) / 48_000.0));
            }

            int length = encoder.Encode(sound, payload);
            byte[] datagram = datagrams[i] = new byte[RtpHeader.Length + length];
            new RtpHeader(96, Marker: false, (ushort)i, (uint)(i * Frames), Ssrc: 1).Write(datagram);
            payload.AsSpan(0, length).CopyTo(datagram.AsSpan(RtpHeader.Length));
        }

        return datagrams;
    }
}
