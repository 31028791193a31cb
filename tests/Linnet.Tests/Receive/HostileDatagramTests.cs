using Linnet.Audio;
using Linnet.Clock;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Receive;

/// <summary>Datagrams from hostile peers.</summary>
public class HostileDatagramTests
{
    private static readonly AudioFormat Stereo = new(48_000, 2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_hundred_thousand_bad_datagrams_throw_nothing_and_the_next_stream_plays(int seed)
    {
        var random = new Random(seed);
        var time = new SettableTime(10_000_000);
        using var decoder = new LinearPcmDecoder(Stereo, 16);
        var receiver = new Receiver(decoder, FakeRtpSender.PayloadType, time: time);
        var sender = new FakeRtpSender(Stereo);
        float[] pcm = new float[2 * 480];
        for (int i = 0; i < 60_000; i++)
        {
            time.Timestamp += random.Next(50_000);
            byte[] datagram = random.Next(3) == 0 ? Noise(random) : Mutate(sender.Next(120), random);
            receiver.OnRtp(datagram, time.Timestamp);
            if (random.Next(4) == 0)
            {
                int frames = seed == 1
                    ? receiver.Take(pcm, time.Timestamp)
                    : receiver.Read(pcm, time.Timestamp + random.Next(200_000), time.Timestamp);
                Assert.InRange(frames, 0, 480);
            }

            if (random.Next(100) == 0)
            {
                receiver.OnSenderReport(
                    new SenderReport((uint)random.Next(), new NtpTime((ulong)random.NextInt64()), (uint)random.Next(), 0, 0),
                    time.Timestamp);
                receiver.TryBuildReport(time.Timestamp, out _);
                Assert.True(receiver.GetStatistics().Lost >= 0);
            }
        }

        long before = receiver.GetStatistics().Received;
        var another = new FakeRtpSender(Stereo, ssrc: 99) { Sound = (_, _) => 10_000 };
        int heard = 0;
        for (int i = 0; i < 600; i++)
        {
            time.Timestamp += 25_000;
            receiver.OnRtp(another.Next(120), time.Timestamp);
            int frames = seed == 1
                ? receiver.Take(pcm, time.Timestamp)
                : receiver.Read(pcm.AsSpan(0, 240), time.Timestamp, time.Timestamp);
            foreach (float sample in pcm.AsSpan(0, frames * 2))
            {
                heard += Math.Abs(sample - FakeL16Decoder.Decode(10_000)) < 0.001f ? 1 : 0;
            }
        }

        Assert.Equal(600, receiver.GetStatistics().Received - before);
        Assert.True(heard > 500 * 240, $"{heard} samples of {600 * 240}: {receiver.GetStatistics()}");
    }

    [Fact]
    public void Sources_that_change_with_every_packet_are_not_followed()
    {
        var time = new SettableTime(10_000_000);
        using var decoder = new LinearPcmDecoder(Stereo, 16);
        var receiver = new Receiver(decoder, time: time);
        var sender = new FakeRtpSender(Stereo);
        receiver.OnRtp(sender.Next(240), 0);
        for (uint i = 0; i < 10_000; i++)
        {
            receiver.OnRtp(new FakeRtpSender(Stereo, ssrc: i).Next(240), i);
        }

        ReceiverStatistics statistics = receiver.GetStatistics();
        Assert.Equal((1, 0), (statistics.Received, statistics.Restarts));
        Assert.Equal(10_000, statistics.Foreign);
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[random.Next(0, 100)];
        random.NextBytes(noise);
        if (noise.Length > 1 && random.Next(2) == 0)
        {
            noise[0] = (byte)(0x80 | (noise[0] & 0x3F));
            noise[1] = FakeRtpSender.PayloadType;
        }

        return noise;
    }

    private static byte[] Mutate(byte[] datagram, Random random)
    {
        for (int flips = random.Next(4); flips > 0; flips--)
        {
            datagram[random.Next(Math.Min(datagram.Length, 24))] ^= (byte)(1 << random.Next(8));
        }

        return random.Next(10) == 0 ? datagram[..random.Next(datagram.Length)] : datagram;
    }
}
