using Linnet.Audio;
using Linnet.Codecs;

namespace Linnet.Stations;

/// <summary>The converters and the encoder of one run of a rendition.</summary>
internal sealed class RenditionChain : IDisposable
{
    private readonly FormatConverter _converter;
    private readonly Gain _loudness;
    private readonly float[] _block;
    private int _filled;
    private bool _ended;

    internal RenditionChain(AudioFormat source, IAudioEncoder encoder, long position, float loudness)
    {
        Encoder = encoder;
        Packet = new byte[encoder.MaxPacketLength];
        AudioFormat format = encoder.Format;
        _loudness = new Gain(source with { Channels = format.Channels }, loudness);
        _converter = new FormatConverter(source, format, position, _loudness);
        _block = new float[encoder.FramesPerBlock * format.Channels];
        NextPosition = _converter.OutputPosition;
    }

    internal IAudioEncoder Encoder { get; }

    internal byte[] Packet { get; }

    /// <summary>The gain of the frames taken from now on, reached by a short ramp.</summary>
    internal float Loudness
    {
        set => _loudness.Target = value;
    }

    /// <summary>Position, at the encoder's rate, of the frame after those in blocks so far.</summary>
    internal long NextPosition { get; private set; }

    /// <summary>The position of the end of the audio, known after the last frame.</summary>
    internal long EndPosition { get; private set; }

    /// <summary>The block that <see cref="Take"/> or <see cref="TakeRest"/> completed.</summary>
    internal ReadOnlySpan<float> Block => _block.AsSpan(0, _filled);

    /// <summary>
    /// Takes frames from the front of <paramref name="pcm"/> until a block is full; <see langword="false"/> when all are taken.
    /// </summary>
    internal bool Take(ref ReadOnlySpan<float> pcm)
    {
        StartBlock();
        _converter.Process(pcm, _block.AsSpan(_filled), out int consumed, out int written);
        pcm = pcm[(consumed * _converter.From.Channels)..];
        return IsFullWith(written);
    }

    /// <summary>
    /// Makes the remaining blocks after the last frame. The last block may be shorter, unless the encoder's delay of
    /// <paramref name="delay"/> frames needs silence to push the audio out.
    /// </summary>
    internal bool TakeRest(int delay)
    {
        StartBlock();
        int channels = Encoder.Format.Channels;
        if (!_ended)
        {
            if (IsFullWith(_converter.Flush(_block.AsSpan(_filled))))
            {
                return true;
            }

            _ended = true;
            EndPosition = NextPosition + (_filled / channels);
        }

        long missing = EndPosition + delay - NextPosition;
        if (missing <= 0)
        {
            return false;
        }

        if (delay > 0)
        {
            _block.AsSpan(_filled).Clear();
            _filled = _block.Length;
        }

        NextPosition += _filled / channels;
        return true;
    }

    public void Dispose() => Encoder.Dispose();

    private void StartBlock()
    {
        if (_filled == _block.Length || _ended)
        {
            _filled = 0;
        }
    }

    /// <summary>Counts frames written to the block; <see langword="true"/> when it is full.</summary>
    private bool IsFullWith(int frames)
    {
        _filled += frames * Encoder.Format.Channels;
        bool isFull = _filled == _block.Length;
        NextPosition += isFull ? Encoder.FramesPerBlock : 0;
        return isFull;
    }
}
