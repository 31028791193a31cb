using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Streams;

/// <summary>Removes the padding that the encoder added at the start and the end of each part of an MP3 file.</summary>
/// <remarks>
/// How much to remove at the end is known only there, so that many frames are held back. They are removed only if the part has as many
/// frames as its table declares, or the table declares none: a part that was cut short or continued ends with sound. Source: LAME's "mp3
/// info tag"; a decoder adds a delay of 529 frames.
/// </remarks>
internal sealed class MpegTrim
{
    private float[] _held = [];
    private int _heldLength;

    // In frames: the number of channels is known only from the packets.
    private int _holds;
    private int _skip;
    private long _packets;
    private uint? _expected;

    /// <summary>Begins a part. The previous one must have ended.</summary>
    internal void Begin(Mp3Table table)
    {
        _skip = table.Delay is int delay ? delay + Mp3Table.DecoderDelay : 0;
        _holds = table.Padding is int padding ? Math.Max(0, padding - Mp3Table.DecoderDelay) : 0;
        _expected = table.Frames;
        _packets = 0;
    }

    /// <summary>
    /// Takes the decoded sound of a packet, and passes on what is certainly not padding. All packets of a part have the same channels.
    /// </summary>
    internal void Take(ReadOnlySpan<float> pcm, int channels, IStreamSink sink)
    {
        _packets++;
        int skipped = Math.Min(_skip, pcm.Length / channels);
        _skip -= skipped;
        pcm = pcm[(skipped * channels)..];
        if (_holds == 0)
        {
            Give(pcm, sink);
            return;
        }

        int needed = _heldLength + pcm.Length;
        if (_held.Length < needed)
        {
            Array.Resize(ref _held, needed);
        }

        pcm.CopyTo(_held.AsSpan(_heldLength));
        int sure = Math.Max(0, needed - (_holds * channels));
        Give(_held.AsSpan(0, sure), sink);
        _held.AsSpan(sure, needed - sure).CopyTo(_held);
        _heldLength = needed - sure;
    }

    /// <summary>Ends the part: passes on the held frames, unless they are padding.</summary>
    internal void End(IStreamSink sink)
    {
        if (_expected is uint expected && expected != _packets)
        {
            Give(_held.AsSpan(0, _heldLength), sink);
        }

        (_heldLength, _holds, _skip, _packets, _expected) = (0, 0, 0, 0, null);
    }

    private static void Give(ReadOnlySpan<float> pcm, IStreamSink sink)
    {
        if (!pcm.IsEmpty)
        {
            sink.OnPacket([], pcm);
        }
    }
}
