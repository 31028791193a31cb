using Linnet.Audio;
using Linnet.Codecs;

namespace Linnet.Tests.Receive.Repair;

/// <summary>
/// Decodes packets that hold only their number into audio that can be computed from the position. Conceals with a value that cannot be
/// mistaken for it.
/// </summary>
internal sealed class TruthDecoder(int framesPerPacket) : IAudioDecoder
{
    public const float Concealed = 3;

    // Slow, so that a few frames of offset make little difference, and not in step with packets.
    private const double Hertz = 7.3;

    public AudioFormat Format { get; } = new(48_000, 1);

    public int MaxFramesPerPacket => framesPerPacket;

    public static float At(double position) => (float)Math.Sin(2 * Math.PI * Hertz * position / 48_000);

    public bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
    {
        frames = framesPerPacket;
        long position = BitConverter.ToInt64(packet) * framesPerPacket;
        for (int i = 0; i < frames; i++)
        {
            pcm[i] = At(position + i);
        }

        return true;
    }

    public void Conceal(Span<float> pcm) => pcm.Fill(Concealed);

    public void Dispose()
    {
    }
}
