using Linnet.Audio;
using Linnet.Wire.Wav;

namespace Linnet.Codecs.Streams;

/// <summary>A stream that is a WAV, as long as it says or, where its writer could not know, as long as it comes.</summary>
internal sealed class WavStreamDecoder : IStreamDecoder
{
    private const int BlockFrames = 4096;
    private const int FirstBuffer = 4096;

    private byte[] _head = new byte[FirstBuffer];
    private int _headLength;
    private RawPcmFormat? _pcm;
    private long _left;
    private int _part;
    private float[] _block = [];
    private float[] _placed = [];
    private ChannelLayout? _layout;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (Problem is null && !bytes.IsEmpty)
        {
            if (_pcm is not null)
            {
                Play(bytes, sink);
                return;
            }

            int length = Math.Min(bytes.Length, _head.Length - _headLength);
            bytes[..length].CopyTo(_head.AsSpan(_headLength));
            _headLength += length;
            bytes = bytes[length..];
            ReadHead(sink);
        }
    }

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        if (_pcm is null)
        {
            Problem ??= new StreamProblem(StreamFault.NotSound, "The stream ended before its sound began.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void ReadHead(IStreamSink sink)
    {
        ReadOnlySpan<byte> head = _head.AsSpan(0, _headLength);
        switch (WavPreamble.Parse(head, out WavPreamble wav, out string problem))
        {
            case WavProgress.Invalid:
                Problem = new StreamProblem(StreamFault.Unsupported, $"The stream {problem}.");
                break;
            case WavProgress.NeedMore when _headLength == _head.Length:
                Array.Resize(ref _head, Math.Min(4 * _head.Length, WavPreamble.MaxLength));
                break;
            case WavProgress.Done:
                Begin(wav, head, sink);
                break;
        }
    }

    private void Begin(in WavPreamble wav, ReadOnlySpan<byte> head, IStreamSink sink)
    {
        _pcm = wav.Header.Pcm;
        _left = wav.Header.DataLength ?? long.MaxValue;
        _block = new float[BlockFrames * _pcm.Format.Channels];
        _layout = ChannelLayout.OfMask(wav.Speakers, _pcm.Format.Channels);
        AudioFormat format = _pcm.Format with { Channels = _layout?.Channels ?? _pcm.Format.Channels };
        _placed = _layout is null ? [] : new float[BlockFrames * format.Channels];
        sink.OnFormat(new StreamFormat(format, wav.BitDepth, StreamCodec.Pcm, 8 * _pcm.BytesPerFrame * _pcm.Format.SampleRate, []));
        if (TagText.Decode(WithoutZeros(head[wav.Title])) is string title)
        {
            sink.OnTrack(new TrackInfo(title, TagText.Decode(WithoutZeros(head[wav.Artist]))));
        }

        // What has come of the samples goes the way of all that follow.
        ReadOnlySpan<byte> samples = head[wav.HeaderLength..];
        _head = new byte[_pcm.BytesPerFrame];
        Play(samples, sink);

        static ReadOnlySpan<byte> WithoutZeros(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and int end ? text[..end] : text;
    }

    private void Play(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        bytes = bytes[..(int)Math.Min(bytes.Length, _left)];
        _left -= _left == long.MaxValue ? 0 : bytes.Length;
        int frameLength = _pcm!.BytesPerFrame;
        if (_part > 0)
        {
            int rest = Math.Min(frameLength - _part, bytes.Length);
            bytes[..rest].CopyTo(_head.AsSpan(_part));
            _part += rest;
            bytes = bytes[rest..];
            if (_part < frameLength)
            {
                return;
            }

            Give(_head, sink);
        }

        int whole = bytes.Length / frameLength * frameLength;
        for (int at = 0; at < whole; at += BlockFrames * frameLength)
        {
            Give(bytes[at..Math.Min(whole, at + (BlockFrames * frameLength))], sink);
        }

        _part = bytes.Length - whole;
        bytes[whole..].CopyTo(_head);
    }

    private void Give(ReadOnlySpan<byte> frames, IStreamSink sink)
    {
        Span<float> pcm = _block.AsSpan(0, PcmConvert.ToFloat(_pcm!.Encoding, frames, _block));
        if (_layout is not null)
        {
            SampleLimit.Apply(pcm);
            Span<float> placed = _placed.AsSpan(0, pcm.Length / _layout.Stored * _layout.Channels);
            _layout.Place(pcm, placed);
            pcm = placed;
        }

        sink.OnPacket([], pcm);
    }
}
