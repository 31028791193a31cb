using Linnet.Audio;
using Linnet.Wire.Chunks;

namespace Linnet.Codecs.Streams;

/// <summary>
/// Decodes a stream of PCM in chunks: as long as its header declares or, if its writer could not know, to the end of the stream. Another
/// one may follow.
/// </summary>
internal abstract class ChunkStreamDecoder(ChunkFamily family) : IStreamDecoder
{
    private readonly ChunkSkimmer _skimmer = new(family);
    private readonly FormatNews _news = new();
    private PcmFrames? _frames;
    private long _toSkip;
    private bool _isOffsetOdd;
    private long _length;
    private long _left;
    private bool _hasBegun;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <inheritdoc/>
    public long TagBytes => _skimmer.Passed;

    /// <inheritdoc/>
    public long? Frames { get; private set; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink) => Take(bytes, isEnd: false, sink);

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        Take([], isEnd: true, sink);
        if (!_hasBegun)
        {
            Problem ??= _skimmer.SawNoSamples
                ? StreamProblem.NoAudio : new StreamProblem(StreamFault.NotSound, "The stream ended before its audio began.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Parses the beginning of a file: all chunks before the samples.</summary>
    private protected abstract ChunkProgress Parse(ReadOnlySpan<byte> head, out Sound sound, out string problem);

    private void Take(ReadOnlySpan<byte> bytes, bool isEnd, IStreamSink sink)
    {
        while (Problem is null)
        {
            if (_frames is not null)
            {
                Play(ref bytes, sink);
                if (_frames is not null)
                {
                    return;
                }
            }

            if (!_skimmer.TryTake(ref bytes, isEnd))
            {
                if (_skimmer.HasTooMany && !_hasBegun)
                {
                    Problem = new StreamProblem(
                        StreamFault.Unsupported, $"The stream has more than {ChunkSkimmer.MaxChunks} chunks before its samples.");
                }

                return;
            }

            ReadHead(sink);
        }
    }

    private void ReadHead(IStreamSink sink)
    {
        switch (Parse(_skimmer.Kept, out Sound sound, out string problem))
        {
            case ChunkProgress.Invalid when _hasBegun:
                // The bytes after the samples are not sound.
                _skimmer.Continue(isOdd: false);
                break;
            case ChunkProgress.Invalid:
                Problem = new StreamProblem(StreamFault.Unsupported, $"The stream {problem}.");
                break;
            case ChunkProgress.Done:
                Begin(sound, sink);
                break;
        }
    }

    private void Begin(in Sound sound, IStreamSink sink)
    {
        RawPcmFormat pcm = sound.Pcm;
        _toSkip = sound.Offset;
        _isOffsetOdd = (sound.Offset & 1) != 0;
        _length = _left = sound.StoredLength ?? long.MaxValue;
        Frames = _hasBegun ? null : sound.StoredLength / pcm.BytesPerFrame;
        _hasBegun = true;
        _frames = new PcmFrames(pcm, sound.Layout);
        _news.Tell(
            new StreamFormat(_frames.Format, sound.BitDepth, StreamCodec.Pcm, 8 * pcm.BytesPerFrame * pcm.Format.SampleRate, []), sink);
        ReadOnlySpan<byte> head = _skimmer.Kept;
        sink.OnTags(new SoundTags(TagText.Decode(WithoutZeros(head[sound.Title])), TagText.Decode(WithoutZeros(head[sound.Artist]))));

        ReadOnlySpan<byte> samples = _skimmer.TakeRest();
        Play(ref samples, sink);

        static ReadOnlySpan<byte> WithoutZeros(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and int end ? text[..end] : text;
    }

    private void Play(ref ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        int skipped = (int)Math.Min(bytes.Length, _toSkip);
        _toSkip -= skipped;
        bytes = bytes[skipped..];
        int length = (int)Math.Min(bytes.Length, _left);
        _frames!.Write(bytes[..length], sink);
        bytes = bytes[length..];
        if (_length == long.MaxValue)
        {
            return;
        }

        _left -= length;
        if (_left == 0)
        {
            _frames = null;
            _skimmer.Continue((_length & 1) != 0 != _isOffsetOdd);
        }
    }

    /// <summary>What the chunks before the samples say about them.</summary>
    /// <param name="Pcm">How they are stored.</param>
    /// <param name="BitDepth">Significant bits of integer PCM; 0 for float.</param>
    /// <param name="Offset">Bytes to skip before them.</param>
    /// <param name="StoredLength">Their length in bytes; <see langword="null"/> if it is unknown.</param>
    /// <param name="Layout">The speakers of the channels; <see langword="null"/> for the usual ones.</param>
    /// <param name="Title">Range of the title in the chunks; may be empty.</param>
    /// <param name="Artist">Range of the artist in the chunks; may be empty.</param>
    private protected readonly record struct Sound(
        RawPcmFormat Pcm, int BitDepth, long Offset, long? StoredLength, ChannelLayout? Layout, Range Title, Range Artist);
}
