using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Receive;

/// <summary>Decoders that return arbitrary values: devices and files still get valid numbers.</summary>
public class WildDecoderTests
{
    private const long Second = 10_000_000;
    private const int Frames = 480;

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    public void Invalid_decoder_output_never_reaches_a_device(int deviceRate)
    {
        var time = new SettableTime(Second);
        var receiver = new Receiver(new WildDecoder(), 96, new ReceiverOptions { Capacity = 64 }, time);
        receiver.SetOutput(new AudioFormat(deviceRate, 1));
        float[] pcm = new float[deviceRate / 100];
        float loudest = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] datagram = new byte[RtpHeader.Length + 100];
            new RtpHeader(96, Marker: false, (ushort)i, (uint)(i * Frames), Ssrc: 1).Write(datagram);
            time.Timestamp += Second / 100;
            if (i % 10 != 7)
            {
                receiver.OnRtp(datagram, time.Timestamp);
            }

            receiver.Read(pcm, time.Timestamp + (Second / 50), time.Timestamp);
            Assert.All(pcm, sample => Assert.InRange(sample, -50, 50));
            loudest = Math.Max(loudest, pcm.Max());
        }

        Assert.InRange(loudest, 10, 50);
    }

    [Fact]
    public void Floats_from_the_network_leave_the_decoder_as_valid_audio()
    {
        using var decoder = new RawPcmDecoder(new RawPcmFormat(SampleEncoding.F32LE, new AudioFormat(48_000, 1)));
        float[] given = [0.5f, 1e30f, float.NaN, -1e30f];
        float[] pcm = new float[decoder.MaxFramesPerPacket];
        Assert.True(decoder.TryDecode(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(given), pcm, out int frames));

        Assert.Equal([0.5f, 16, 0, -16], pcm[..frames]);
        decoder.Conceal(pcm.AsSpan(0, 480));
        Assert.All(pcm[..480], sample => Assert.InRange(sample, -32, 32));
    }

    private sealed class WildDecoder : IAudioDecoder
    {
        private static readonly float[] Values = [0.5f, 1e30f, float.NaN, float.PositiveInfinity, float.MinValue, -1e6f];

        private int _calls;

        public AudioFormat Format { get; } = new(48_000, 1);

        public int MaxFramesPerPacket => Frames;

        public bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
        {
            frames = Frames;
            Conceal(pcm[..frames]);
            return true;
        }

        public void Conceal(Span<float> pcm)
        {
            for (int i = 0; i < pcm.Length; i++)
            {
                pcm[i] = Values[(_calls + (i / 20)) % Values.Length];
            }

            _calls++;
        }

        public void Dispose()
        {
        }
    }
}
