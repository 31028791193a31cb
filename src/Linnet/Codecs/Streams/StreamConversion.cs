using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>Converts sound from one format to another, block by block.</summary>
/// <param name="from">Format of the input.</param>
/// <param name="to">Format of the output.</param>
/// <param name="take">Receives the converted sound.</param>
internal sealed class StreamConversion(AudioFormat from, AudioFormat to, StreamConversion.Take take)
{
    private const int PieceFrames = 1024;

    private readonly ChannelMap _channels = new(from.Channels, to.Channels);
    private readonly Resampler? _resampler =
        from.SampleRate == to.SampleRate ? null : new Resampler(from.SampleRate, to.SampleRate, to.Channels);
    private readonly float[] _mapped = new float[PieceFrames * to.Channels];
    private readonly float[] _converted = new float[PieceFrames * to.Channels];

    /// <summary>
    /// Receives sound: whole frames, valid only during the call. Returns false to stop the conversion: little input may become very much
    /// output.
    /// </summary>
    internal delegate bool Take(ReadOnlySpan<float> pcm);

    /// <summary>Approximate number of output samples for a number of input samples.</summary>
    internal long SamplesOf(int samples) => (long)samples / from.Channels * to.SampleRate / from.SampleRate * to.Channels;

    /// <summary>Converts whole frames; a partial frame at the end is dropped.</summary>
    internal void Write(ReadOnlySpan<float> pcm)
    {
        while (pcm.Length >= from.Channels)
        {
            int frames = Math.Min(PieceFrames, pcm.Length / from.Channels);
            Span<float> mapped = _mapped.AsSpan(0, frames * to.Channels);
            _channels.Apply(pcm[..(frames * from.Channels)], mapped);
            pcm = pcm[(frames * from.Channels)..];
            if (_resampler is null)
            {
                if (!take(mapped))
                {
                    return;
                }

                continue;
            }

            ReadOnlySpan<float> left = mapped;
            int written;
            do
            {
                _resampler.Process(left, _converted, out int consumed, out written);
                left = left[(consumed * to.Channels)..];
                if (!take(_converted.AsSpan(0, written * to.Channels)))
                {
                    return;
                }
            }
            while (!left.IsEmpty || written > 0);
        }
    }

    /// <summary>Writes what the filter still holds. Nothing may be written after it.</summary>
    internal void Flush()
    {
        while (_resampler is not null && _resampler.Flush(_converted) is > 0 and int written
            && take(_converted.AsSpan(0, written * to.Channels)))
        {
        }
    }
}
