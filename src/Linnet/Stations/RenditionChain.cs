using Linnet.Audio;
using Linnet.Codecs;

namespace Linnet.Stations;

/// <summary>The converters and the encoder of one run of a rendition.</summary>
internal sealed class RenditionChain : IDisposable
{
    private readonly AudioFormat _source;
    private readonly ChannelMap _map;
    private readonly Resampler? _resampler;
    private readonly Gain _loudness;
    private readonly float[] _mapped;
    private readonly float[] _block;
    private int _mappedStart;
    private int _mappedEnd;
    private int _filled;
    private bool _flushing;
    private bool _ended;

    internal RenditionChain(AudioFormat source, IAudioEncoder encoder, long position, float loudness)
    {
        Encoder = encoder;
        Packet = new byte[encoder.MaxPacketLength];
        AudioFormat format = encoder.Format;
        _source = source;
        _map = new ChannelMap(source.Channels, format.Channels);
        _loudness = new Gain(source with { Channels = format.Channels }, loudness);
        _mapped = new float[1024 * format.Channels];
        _block = new float[encoder.FramesPerBlock * format.Channels];
        if (source.SampleRate == format.SampleRate)
        {
            NextPosition = position;
        }
        else
        {
            _resampler = new Resampler(source.SampleRate, format.SampleRate, format.Channels, position);
            NextPosition = _resampler.OutputPosition;
        }
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
        while (!Fill())
        {
            if (pcm.IsEmpty)
            {
                return false;
            }

            int frames = Math.Min(pcm.Length / _source.Channels, _mapped.Length / Encoder.Format.Channels);
            _map.Apply(pcm[..(frames * _source.Channels)], _mapped);
            _loudness.Apply(_mapped.AsSpan(0, frames * Encoder.Format.Channels));
            pcm = pcm[(frames * _source.Channels)..];
            (_mappedStart, _mappedEnd) = (0, frames * Encoder.Format.Channels);
        }

        NextPosition += Encoder.FramesPerBlock;
        return true;
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
            bool full = !_flushing && Fill();
            if (!full && _resampler is not null)
            {
                _flushing = true;
                _filled += _resampler.Flush(_block.AsSpan(_filled)) * channels;
                full = _filled == _block.Length;
            }

            if (full)
            {
                NextPosition += Encoder.FramesPerBlock;
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

    /// <summary>Moves converted frames into the block; <see langword="true"/> when it is full.</summary>
    private bool Fill()
    {
        Span<float> room = _block.AsSpan(_filled);
        ReadOnlySpan<float> mapped = _mapped.AsSpan(_mappedStart, _mappedEnd - _mappedStart);
        if (_resampler is null)
        {
            int count = Math.Min(room.Length, mapped.Length);
            mapped[..count].CopyTo(room);
            _mappedStart += count;
            _filled += count;
        }
        else
        {
            _resampler.Process(mapped, room, out int consumed, out int written);
            _mappedStart += consumed * Encoder.Format.Channels;
            _filled += written * Encoder.Format.Channels;
        }

        return _filled == _block.Length;
    }
}
