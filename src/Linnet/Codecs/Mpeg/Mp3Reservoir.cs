using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Mpeg;

/// <summary>Replaces layer III frames that need earlier frames which are missing by silence.</summary>
/// <remarks>
/// A decoder would take whatever bytes came before, and decode them to noise that may be far beyond full scale.
/// </remarks>
internal sealed class Mp3Reservoir
{
    private readonly byte[] _silent = new byte[MpegHeader.MaxFrameLength];

    // Bytes of earlier main data that the decoder has.
    private int _held;

    /// <summary>Call it when the decoder starts again: it has no earlier main data.</summary>
    internal void Clear() => _held = 0;

    /// <summary>The frame, or a silent one in its place. Valid until the next call.</summary>
    internal MpegFrame Complete(in MpegFrame frame)
    {
        MpegHeader header = frame.Header;
        if (header.Layer != 3)
        {
            return frame;
        }

        _held = frame.FollowsGap ? 0 : _held;
        bool isComplete = Mp3Frame.MainDataBegin(frame.Data, header) <= _held;
        Span<byte> silent = _silent.AsSpan(0, header.FrameLength);
        if (!isComplete)
        {
            frame.Data.CopyTo(silent);
            Mp3Frame.Silence(silent, header, _held);
        }

        _held = Math.Min(_held + Mp3Frame.MainDataLength(header), Mp3Frame.MaxReservoir);
        return isComplete ? frame : new MpegFrame { Header = header, Data = silent };
    }
}
