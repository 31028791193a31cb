using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>Converts PCM bytes in pieces of any length to sound. A partial frame waits for its rest.</summary>
internal sealed class PcmFrames
{
    private const int BlockFrames = 4096;

    private readonly RawPcmFormat _pcm;
    private readonly ChannelLayout? _layout;
    private readonly byte[] _part;

    // They grow to the longest block. A stream of many tiny files would pay for long ones again and again.
    private float[] _block = [];
    private float[] _placed = [];
    private int _partLength;

    /// <param name="pcm">How the samples are stored.</param>
    /// <param name="layout">The speakers of its channels; <see langword="null"/> for the usual ones.</param>
    internal PcmFrames(RawPcmFormat pcm, ChannelLayout? layout)
    {
        (_pcm, _layout) = (pcm, layout);
        Format = pcm.Format with { Channels = layout?.Channels ?? pcm.Format.Channels };
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
        int count = frames.Length / _part.Length;
        Grow(ref _block, count * _pcm.Format.Channels);
        Span<float> pcm = _block.AsSpan(0, PcmConvert.ToFloat(_pcm.Encoding, frames, _block));
        if (_layout is not null)
        {
            SampleLimit.Apply(pcm);
            Grow(ref _placed, count * Format.Channels);
            Span<float> placed = _placed.AsSpan(0, count * Format.Channels);
            _layout.Place(pcm, placed);
            pcm = placed;
        }

        sink.OnPacket([], pcm);
    }

    private static void Grow(ref float[] buffer, int samples) => buffer = buffer.Length < samples ? new float[samples] : buffer;
}
