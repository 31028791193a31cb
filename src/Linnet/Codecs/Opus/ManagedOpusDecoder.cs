namespace Linnet.Codecs.Opus;

/// <summary>A decoder of Concentus.</summary>
/// <remarks>
/// Concentus gets one frame at a time: it fails at frames of less than two bytes, which stand for sound to be concealed (discontinuous
/// transmission), and an invalid packet costs it an exception.
/// </remarks>
/// <param name="channels">Channels to decode to, 1 or 2.</param>
internal sealed class ManagedOpusDecoder(int channels) : IOpusDecoding
{
    /// <summary>Invalid, as in libopus.</summary>
    private const int Invalid = -4;

    // A packet of one frame: its first byte, without the number of frames, and the frame.
    private readonly byte[] _single = new byte[1 + OpusFrames.LongestFrame];
    private Concentus.Structs.OpusDecoder _decoder = Create(channels);

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> packet, Span<float> pcm, int frames, bool recovers) =>
        packet.IsEmpty ? Run([], pcm, frames) : Decode(packet, isDelimited: false, pcm, frames, recovers);

    /// <summary>As <see cref="IOpusDecoding.Decode"/>, for a packet that may be followed by others.</summary>
    internal int Decode(ReadOnlySpan<byte> packet, bool isDelimited, Span<float> pcm, int frames, bool recovers = false)
    {
        Span<Range> parts = stackalloc Range[OpusFrames.Most];
        if (!OpusFrames.TryParse(packet, isDelimited, parts, out int count, out _))
        {
            return Invalid;
        }

        if (recovers)
        {
            return Run(Single(packet, parts[0]), pcm, frames, recovers: true);
        }

        int each = OpusPacket.FrameDuration(packet[0]);
        if (each * count > frames)
        {
            return Invalid;
        }

        for (int i = 0; i < count; i++)
        {
            if (Run(Single(packet, parts[i]), pcm[(i * each * channels)..], each) != each)
            {
                return Invalid;
            }
        }

        return each * count;
    }

    public void Dispose() => _decoder.Dispose();

    private static Concentus.Structs.OpusDecoder Create(int channels) =>
#pragma warning disable CS0618 // The factory that is to be used instead looks for libopus in its own way.
        new(OpusEncoder.SampleRate, channels);
#pragma warning restore CS0618

    /// <summary>A packet of this frame alone; empty if the frame stands for sound to be concealed.</summary>
    private ReadOnlySpan<byte> Single(ReadOnlySpan<byte> packet, Range frame)
    {
        ReadOnlySpan<byte> bytes = packet[frame];
        if (bytes.Length < 2)
        {
            return [];
        }

        _single[0] = (byte)(packet[0] & ~3);
        bytes.CopyTo(_single.AsSpan(1));
        return _single.AsSpan(0, 1 + bytes.Length);
    }

    private int Run(ReadOnlySpan<byte> packet, Span<float> pcm, int frames, bool recovers = false)
    {
        try
        {
            return _decoder.Decode(packet, pcm, frames, recovers);
        }
        catch (Exception)
        {
            // Bad bytes must not end more than their packet. Nobody knows what state they left behind.
            _decoder = Create(channels);
            return Invalid;
        }
    }
}
