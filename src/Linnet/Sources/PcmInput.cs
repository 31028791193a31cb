using Linnet.Audio;
using Linnet.Wire.Wav;

namespace Linnet.Sources;

/// <summary>PCM that comes as a stream of bytes: bare, or a WAV.</summary>
internal sealed class PcmInput
{
    private readonly ReadAhead _bytes;
    private byte[] _buffer = new byte[1 << 15];
    private ChannelLayout? _layout;
    private float[] _stored = [];
    private int _start;
    private int _end;
    private long _left = long.MaxValue;

    private PcmInput(ReadAhead bytes, RawPcmFormat pcm)
    {
        _bytes = bytes;
        Pcm = pcm;
        BitDepth = pcm.Encoding.BitDepth;
    }

    /// <summary>How it is stored.</summary>
    internal RawPcmFormat Pcm { get; private set; }

    /// <summary>What <see cref="Read"/> gives: channels that are stored for other speakers than usual are put where they belong.</summary>
    internal AudioFormat Format => Pcm.Format with { Channels = _layout?.Channels ?? Pcm.Format.Channels };

    /// <summary>Significant bits of integer PCM, or 0.</summary>
    internal int BitDepth { get; private set; }

    /// <summary>Frames there will be, if the WAV says so.</summary>
    internal long? Frames { get; private set; }

    /// <summary>From the WAV's tags, or <see langword="null"/>.</summary>
    internal string? Title { get; private set; }

    /// <summary>From the WAV's tags, or <see langword="null"/>.</summary>
    internal string? Artist { get; private set; }

    /// <summary>PCM from the first byte on.</summary>
    internal static PcmInput OpenRaw(ReadAhead bytes, RawPcmFormat pcm) => new(bytes, pcm);

    /// <summary>Waits for the header of a WAV and reads it.</summary>
    /// <param name="bytes">The stream, from its first byte on.</param>
    /// <param name="name">What to call the stream in errors.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">It is no WAV that Linnet reads, or it ended.</exception>
    internal static PcmInput OpenWav(ReadAhead bytes, string name, CancellationToken cancellationToken)
    {
        var input = new PcmInput(bytes, new RawPcmFormat(SampleEncoding.S16LE, default));
        while (true)
        {
            int read = bytes.Read(input._buffer.AsSpan(input._end), cancellationToken);
            if (read == 0)
            {
                throw new IOException(input._end == 0 ? $"{name} is empty." : $"{name} ended before its sound began.");
            }

            input._end += read;
            ReadOnlySpan<byte> arrived = input._buffer.AsSpan(0, input._end);
            switch (WavPreamble.Parse(arrived, out WavPreamble wav, out string problem))
            {
                case WavProgress.Done:
                    input.Take(wav, arrived);
                    return input;
                case WavProgress.Invalid:
                    throw new IOException($"{name} {problem}.");
                default:
                    input.GrowIfFull();
                    break;
            }
        }
    }

    /// <summary>Waits for the next frames, and gives as many as have arrived.</summary>
    /// <returns>Frames; 0 at the end. A part of a frame at the end is dropped.</returns>
    /// <exception cref="IOException">The stream broke.</exception>
    internal int Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int frameLength = Pcm.BytesPerFrame;
        while (_end - _start < frameLength && _left >= frameLength)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            int read = _bytes.Read(_buffer.AsSpan(_end), cancellationToken);
            if (read == 0)
            {
                return 0;
            }

            _end += read;
        }

        long there = Math.Min(_left, _end - _start) / frameLength;
        int frames = (int)Math.Min(there, pcm.Length / Format.Channels);
        Convert(_buffer.AsSpan(_start, frames * frameLength), pcm);
        _start += frames * frameLength;
        _left -= frames * frameLength;
        return frames;
    }

    private void Convert(ReadOnlySpan<byte> frames, Span<float> pcm)
    {
        if (_layout is null)
        {
            PcmConvert.ToFloat(Pcm.Encoding, frames, pcm);
            return;
        }

        int samples = frames.Length / Pcm.Encoding.BytesPerSample;
        if (_stored.Length < samples)
        {
            _stored = new float[samples];
        }

        Span<float> stored = _stored.AsSpan(0, samples);
        PcmConvert.ToFloat(Pcm.Encoding, frames, stored);
        SampleLimit.Apply(stored);
        _layout.Place(stored, pcm);
    }

    private void Take(in WavPreamble wav, ReadOnlySpan<byte> arrived)
    {
        Pcm = wav.Header.Pcm;
        BitDepth = wav.BitDepth;
        _layout = ChannelLayout.OfMask(wav.Speakers, Pcm.Format.Channels);
        _start = wav.HeaderLength;
        _left = wav.Header.DataLength ?? long.MaxValue;
        Frames = wav.Header.DataLength / Pcm.BytesPerFrame;
        Title = TagText.Decode(WithoutZeros(arrived[wav.Title]));
        Artist = TagText.Decode(WithoutZeros(arrived[wav.Artist]));

        static ReadOnlySpan<byte> WithoutZeros(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and int end ? text[..end] : text;
    }

    private void GrowIfFull()
    {
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(2 * _buffer.Length, WavPreamble.MaxLength + (1 << 15)));
        }
    }
}
