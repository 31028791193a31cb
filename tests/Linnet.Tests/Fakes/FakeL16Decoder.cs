using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs;

namespace Linnet.Tests.Fakes;

/// <summary>
/// Decodes L16 exactly, and conceals with a value that the sound never has, so that concealed frames can be recognized.
/// </summary>
internal sealed class FakeL16Decoder(AudioFormat format) : IAudioDecoder
{
    public const float MadeUp = 2;

    public AudioFormat Format => format;

    public int MaxFramesPerPacket => format.SampleRate / 10;

    public static float Decode(short sample) => sample / 32_768f;

    public bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
    {
        frames = 0;
        int frameSize = 2 * format.Channels;
        if (packet.IsEmpty || packet.Length % frameSize != 0 || packet.Length / frameSize > MaxFramesPerPacket)
        {
            return false;
        }

        frames = packet.Length / frameSize;
        for (int i = 0; i < packet.Length / 2; i++)
        {
            pcm[i] = Decode(BinaryPrimitives.ReadInt16BigEndian(packet[(2 * i)..]));
        }

        return true;
    }

    public void Conceal(Span<float> pcm) => pcm.Fill(MadeUp);

    public void Dispose()
    {
    }
}
