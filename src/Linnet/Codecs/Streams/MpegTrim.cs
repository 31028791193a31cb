using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Streams;

/// <summary>Leaves out of each part of an MP3 file what its encoder added before the sound and behind it.</summary>
/// <remarks>
/// What is to go at the end is known there alone, so as much is held back. It goes only where the part has as many frames as its table
/// says, or the table does not say: what is cut short, or goes on, ends with sound. Source: LAME's "mp3 info tag"; a decoder's own delay is
/// 529 frames.
/// </remarks>
internal sealed class MpegTrim
{
    private float[] _held = [];
    private int _heldLength;

    // In frames: which channels the part has, its packets say.
    private int _holds;
    private int _skip;
    private long _packets;
    private uint? _expected;

    /// <summary>A part begins. The one before has ended.</summary>
    internal void Begin(Mp3Table table)
    {
        _skip = table.Delay is int delay ? delay + Mp3Table.DecoderDelay : 0;
        _holds = table.Padding is int padding ? Math.Max(0, padding - Mp3Table.DecoderDelay) : 0;
        _expected = table.Frames;
        _packets = 0;
    }

    /// <summary>
    /// Takes what a packet decodes to, and gives what is sound for certain. All packets of a part have the same channels.
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

    /// <summary>The part has ended: gives what was held back, unless that is what the encoder added.</summary>
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
