using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>Converts PCM bytes in pieces of any length to sound. A partial frame waits for its rest.</summary>
internal sealed class PcmFrames
{
    private const int BlockFrames = 4096;

    private readonly RawPcmFormat _pcm;
    private readonly ChannelLayout? _layout;
    private readonly float[] _block;
    private readonly float[] _placed;
    private readonly byte[] _part;
    private int _partLength;

    /// <param name="pcm">How the samples are stored.</param>
    /// <param name="layout">The speakers of its channels; <see langword="null"/> for the usual ones.</param>
    internal PcmFrames(RawPcmFormat pcm, ChannelLayout? layout)
    {
        (_pcm, _layout) = (pcm, layout);
        Format = pcm.Format with { Channels = layout?.Channels ?? pcm.Format.Channels };
        _block = new float[BlockFrames * pcm.Format.Channels];
        _placed = layout is null ? [] : new float[BlockFrames * Format.Channels];
        _part = new byte[pcm.BytesPerFrame];
    }

    /// <summary>The PCM it produces.</summary>
    internal AudioFormat Format { get; }

    /// <summary>Takes the next bytes, and passes on the complete frames.</summary>
    internal void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        if (_partLength > 0)
        {
            int rest = Math.Min(_part.Length - _partLength, bytes.Length);
            bytes[..rest].CopyTo(_part.AsSpan(_partLength));
            _partLength += rest;
            bytes = bytes[rest..];
            if (_partLength < _part.Length)
            {
                return;
            }

            Give(_part, sink);
        }

        int whole = bytes.Length / _part.Length * _part.Length;
        for (int at = 0; at < whole; at += BlockFrames * _part.Length)
        {
            Give(bytes[at..Math.Min(whole, at + (BlockFrames * _part.Length))], sink);
        }

        _partLength = bytes.Length - whole;
        bytes[whole..].CopyTo(_part);
    }

    private void Give(ReadOnlySpan<byte> frames, IStreamSink sink)
    {
        Span<float> pcm = _block.AsSpan(0, PcmConvert.ToFloat(_pcm.Encoding, frames, _block));
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
