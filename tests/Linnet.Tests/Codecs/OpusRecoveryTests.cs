using Linnet.Codecs.Opus;
using Linnet.Receive;
using Linnet.Tests.Audio;
using Linnet.Tests.Fakes;
using Linnet.Tests.Wire;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Codecs;

/// <summary>In-band FEC from other senders: the next packet has a copy of the lost one.</summary>
public abstract class OpusRecoveryTests
{
    private const int Frames = 960;

    private readonly OpusProvider _provider;

    private protected OpusRecoveryTests(OpusProvider provider)
    {
        OpusProviders.SkipIfMissing(OpusProvider.Native);
        _provider = provider;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_voice_stream_with_recovery_is_distinguished_from_one_without(int channels)
    {
        byte[][] with = Encode(channels, Frames, fec: true);
        byte[][] without = Encode(channels, Frames, fec: false);

        Assert.InRange(with.Skip(2).Count(packet => OpusPacket.HasRecovery(packet)), with.Length / 2, with.Length);
        Assert.DoesNotContain(without, packet => OpusPacket.HasRecovery(packet));
    }

    [Theory]
    [InlineData(480)]
    [InlineData(1920)]
    [InlineData(2880)]
    public void Recovery_is_detected_in_packets_of_other_lengths(int frames)
    {
        byte[][] with = Encode(1, frames, fec: true);

        Assert.InRange(with.Skip(2).Count(packet => OpusPacket.HasRecovery(packet)), with.Length / 3, with.Length);
        Assert.DoesNotContain(Encode(1, frames, fec: false), packet => OpusPacket.HasRecovery(packet));
    }

    [Fact]
    public void Our_own_streams_have_no_recovery()
    {
        using var encoder = new OpusEncoder(2, provider: _provider);
        float[] pcm = Signals.Sine(440, 48_000, Frames * 20, 2);
        byte[] packet = new byte[encoder.MaxPacketLength];
        for (int i = 0; i < 20; i++)
        {
            int length = encoder.Encode(pcm.AsSpan(i * Frames * 2, Frames * 2), packet);
            Assert.False(OpusPacket.HasRecovery(packet.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Nothing_that_a_peer_sends_throws()
    {
        var noise = new Noise(6716);
        byte[][] samples = [.. Encode(1, Frames, fec: true).Skip(5).Take(4), .. Encode(2, 2880, fec: true).Skip(5).Take(4),
            [0x0B, 0x43, 0xFF, 0xFF, 1, 2, 3]];
        using var decoder = new OpusDecoder(1, _provider);
        float[] pcm = new float[decoder.MaxFramesPerPacket];
        int found = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] packet = noise.Mutation(samples);
            bool has = OpusPacket.HasRecovery(packet);
            found += has ? 1 : 0;
            if (has && i % 20 == 0)
            {
                decoder.TryRecover(packet, pcm.AsSpan(0, Frames));
                decoder.TryDecode(packet, pcm, out _);
            }
        }

        Assert.InRange(found, 5000, 95_000);
    }

    [Fact]
    public void Recovered_sound_is_closer_to_the_lost_sound_than_concealment()
    {
        byte[][] packets = Encode(1, Frames, fec: true);
        float[] whole = Decode(packets, isLost: _ => false, recovers: false);
        float[] concealed = Decode(packets, IsLost, recovers: false);
        float[] recovered = Decode(packets, IsLost, recovers: true);

        double concealedError = 0, recoveredError = 0;
        for (int i = 0; i < whole.Length; i++)
        {
            if (IsLost(i / Frames))
            {
                concealedError += Math.Pow(concealed[i] - whole[i], 2);
                recoveredError += Math.Pow(recovered[i] - whole[i], 2);
            }
        }

        Assert.InRange(recoveredError, 0, concealedError / 3);
    }

    [Fact]
    public void A_receiver_recovers_a_loss_from_the_next_packet()
    {
        byte[][] packets = Encode(1, Frames, fec: true);
        var time = new SettableTime(10_000_000);
        using var decoder = new OpusDecoder(1, _provider);
        var receiver = new Receiver(decoder, 96, new ReceiverOptions { Latency = TimeSpan.FromMilliseconds(60) }, time);
        float[] pcm = new float[Frames];
        for (int i = 0; i < packets.Length; i++)
        {
            time.Timestamp += 200_000;
            if (!IsLost(i))
            {
                byte[] datagram = [.. new byte[RtpHeader.Length], .. packets[i]];
                new RtpHeader(96, false, (ushort)i, (uint)(i * Frames), 7).Write(datagram);
                receiver.OnRtp(datagram, time.Timestamp);
            }

            while (receiver.Take(pcm, time.Timestamp) > 0)
            {
                // Only the counts matter here.
            }
        }

        int lost = Enumerable.Range(0, packets.Length - 5).Count(IsLost);
        int carried = Enumerable.Range(0, packets.Length - 5).Count(i => IsLost(i) && OpusPacket.HasRecovery(packets[i + 1]));
        ReceiverStatistics statistics = receiver.GetStatistics();
        Assert.InRange(carried, lost / 2, lost);
        Assert.Equal(TimeSpan.FromMilliseconds(20 * carried), statistics.Recovered);
        Assert.Equal(TimeSpan.FromMilliseconds(20 * (lost - carried)), statistics.Concealed);
        Assert.Equal(lost, statistics.Lost);
    }

    private static bool IsLost(int packet) => packet > 10 && packet % 6 == 0;

    private float[] Decode(byte[][] packets, Func<int, bool> isLost, bool recovers)
    {
        using var decoder = new OpusDecoder(1, _provider);
        float[] output = new float[packets.Length * Frames];
        float[] pcm = new float[decoder.MaxFramesPerPacket];
        for (int i = 0; i < packets.Length; i++)
        {
            Span<float> place = output.AsSpan(i * Frames, Frames);
            if (!isLost(i))
            {
                Assert.True(decoder.TryDecode(packets[i], pcm, out int frames));
                pcm.AsSpan(0, frames).CopyTo(place);
            }
            else if (!recovers || !decoder.TryRecover(packets[i + 1], place))
            {
                decoder.Conceal(place);
            }
        }

        return output;
    }

    private static byte[][] Encode(int channels, int frames, bool fec) =>
        OpusVoice.Encode(channels, frames, 200 * Frames, fec, isDiscontinuous: false);
}

/// <summary>Recovered by libopus.</summary>
public sealed class NativeOpusRecoveryTests() : OpusRecoveryTests(OpusProvider.Native);

/// <summary>Recovered by Concentus.</summary>
public sealed class ManagedOpusRecoveryTests() : OpusRecoveryTests(OpusProvider.Managed);
