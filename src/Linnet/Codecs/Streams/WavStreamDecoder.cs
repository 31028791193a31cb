using Linnet.Audio;
using Linnet.Wire.Wav;

namespace Linnet.Codecs.Streams;

/// <summary>
/// Decodes a WAV stream: as long as its header declares or, if its writer could not know, to the end of the stream. Another WAV may follow.
/// </summary>
internal sealed class WavStreamDecoder : IStreamDecoder
{
    private readonly WavSkimmer _skimmer = new();
    private readonly FormatNews _news = new();
    private PcmFrames? _frames;
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
            Problem ??= new StreamProblem(
                StreamFault.NotSound, _skimmer.SawNoSamples ? "The stream has no audio." : "The stream ended before its audio began.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

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
                        StreamFault.Unsupported, $"The stream has more than {WavSkimmer.MaxChunks} chunks before its samples.");
                }

                return;
            }

            ReadHead(sink);
        }
    }

    private void ReadHead(IStreamSink sink)
    {
        switch (WavPreamble.Parse(_skimmer.Kept, out WavPreamble wav, out string problem))
        {
            case WavProgress.Invalid when _hasBegun:
                // The bytes after the samples are not sound.
                _skimmer.Continue(isOdd: false);
                break;
            case WavProgress.Invalid:
                Problem = new StreamProblem(StreamFault.Unsupported, $"The stream {problem}.");
                break;
            case WavProgress.Done:
                Begin(wav, sink);
                break;
        }
    }

    private void Begin(in WavPreamble wav, IStreamSink sink)
    {
        RawPcmFormat pcm = wav.Header.Pcm;
        _length = _left = wav.StoredLength ?? long.MaxValue;
        Frames = _hasBegun ? null : wav.Header.DataLength / pcm.BytesPerFrame;
        _hasBegun = true;
        _frames = new PcmFrames(pcm, ChannelLayout.OfMask(wav.Speakers, pcm.Format.Channels));
        _news.Tell(new StreamFormat(_frames.Format, wav.BitDepth, StreamCodec.Pcm, 8 * pcm.BytesPerFrame * pcm.Format.SampleRate, []),
            sink);
        ReadOnlySpan<byte> head = _skimmer.Kept;
        sink.OnTags(new SoundTags(TagText.Decode(WithoutZeros(head[wav.Title])), TagText.Decode(WithoutZeros(head[wav.Artist]))));

        ReadOnlySpan<byte> samples = _skimmer.TakeRest();
        Play(ref samples, sink);

        static ReadOnlySpan<byte> WithoutZeros(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and int end ? text[..end] : text;
    }

    private void Play(ref ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
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
            _skimmer.Continue((_length & 1) != 0);
        }
    }
}
