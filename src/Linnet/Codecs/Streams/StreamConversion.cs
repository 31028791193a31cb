using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>Converts sound of one format to another one, block by block.</summary>
/// <param name="from">What comes.</param>
/// <param name="to">What is wanted.</param>
/// <param name="take">Takes the converted sound; whole frames, lent for the call.</param>
internal sealed class StreamConversion(AudioFormat from, AudioFormat to, StreamConversion.Take take)
{
    private const int PieceFrames = 1024;

    private readonly ChannelMap _channels = new(from.Channels, to.Channels);
    private readonly Resampler? _resampler = from.SampleRate == to.SampleRate ? null : new Resampler(from.SampleRate, to.SampleRate, to.Channels);
    private readonly float[] _mapped = new float[PieceFrames * to.Channels];
    private readonly float[] _converted = new float[PieceFrames * to.Channels];

    /// <summary>Takes sound.</summary>
    internal delegate void Take(ReadOnlySpan<float> pcm);

    /// <summary>Converts whole frames.</summary>
    internal void Write(ReadOnlySpan<float> pcm)
    {
        while (!pcm.IsEmpty)
        {
            int frames = Math.Min(PieceFrames, pcm.Length / from.Channels);
            Span<float> mapped = _mapped.AsSpan(0, frames * to.Channels);
            _channels.Apply(pcm[..(frames * from.Channels)], mapped);
            pcm = pcm[(frames * from.Channels)..];
            if (_resampler is null)
            {
                take(mapped);
                continue;
            }

            ReadOnlySpan<float> left = mapped;
            int written;
            do
            {
                _resampler.Process(left, _converted, out int consumed, out written);
                left = left[(consumed * to.Channels)..];
                take(_converted.AsSpan(0, written * to.Channels));
            }
            while (!left.IsEmpty || written > 0);
        }
    }

    /// <summary>Gives what the filter still holds. Nothing is written after it.</summary>
    internal void Flush()
    {
        while (_resampler is not null && _resampler.Flush(_converted) is > 0 and int written)
        {
            take(_converted.AsSpan(0, written * to.Channels));
        }
    }
}
