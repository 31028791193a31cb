using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>
/// Converts the sound of a stream to another format, block by block. Sound that has the format passes as it is. Every stream enters here,
/// from a file, pushed or pulled, so samples are limited here, before any filter sees them (<see cref="SampleLimit"/>).
/// </summary>
/// <param name="from">Format of the input.</param>
/// <param name="to">Format of the output.</param>
/// <param name="take">Receives the converted sound.</param>
internal sealed class StreamConversion(AudioFormat from, AudioFormat to, StreamConversion.Take take)
{
    private const int PieceFrames = 1024;

    private readonly FormatConverter _converter = new(from, to);
    private readonly float[] _converted = from == to ? [] : new float[PieceFrames * to.Channels];
    private float[] _limited = [];

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
        pcm = SampleLimit.Within(pcm, ref _limited);
        if (from == to)
        {
            take(pcm[..(pcm.Length / from.Channels * from.Channels)]);
            return;
        }

        int written;
        do
        {
            _converter.Process(pcm, _converted, out int consumed, out written);
            pcm = pcm[(consumed * from.Channels)..];
        }
        while (take(_converted.AsSpan(0, written * to.Channels)) && (pcm.Length >= from.Channels || written == PieceFrames));
    }

    /// <summary>Writes what the filter still holds. Nothing may be written after it.</summary>
    internal void Flush()
    {
        while (_converter.Flush(_converted) is > 0 and int written && take(_converted.AsSpan(0, written * to.Channels)))
        {
        }
    }
}
