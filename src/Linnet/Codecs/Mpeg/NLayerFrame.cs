using System.Buffers.Binary;
using Linnet.Wire.Mpeg;
using NLayer;
using MpegVersion = NLayer.MpegVersion;

namespace Linnet.Codecs.Mpeg;

/// <summary>One frame as NLayer reads it: the fields of its header, and the bits after it.</summary>
internal sealed class NLayerFrame : IMpegFrame
{
    // Four bytes are read at once, also at the end.
    private readonly byte[] _bytes = new byte[MpegHeader.MaxFrameLength + sizeof(uint)];
    private MpegHeader _header;
    private int _at;
    private int _end;

    /// <summary>The bytes of the frame, which may be changed before it is decoded.</summary>
    internal Span<byte> Bytes => _bytes.AsSpan(0, _header.FrameLength);

    /// <inheritdoc/>
    public int SampleRate => _header.SampleRate;

    /// <inheritdoc/>
    public int SampleRateIndex => (_bytes[2] >> 2) & 3;

    /// <inheritdoc/>
    public int FrameLength => _header.FrameLength;

    /// <inheritdoc/>
    public int BitRate => _header.BitRate;

    /// <inheritdoc/>
    public int BitRateIndex => _bytes[2] >> 4;

    /// <inheritdoc/>
    public MpegVersion Version => _header.Version switch
    {
        Wire.Mpeg.MpegVersion.Mpeg1 => MpegVersion.Version1,
        Wire.Mpeg.MpegVersion.Mpeg2 => MpegVersion.Version2,
        _ => MpegVersion.Version25,
    };

    /// <inheritdoc/>
    public MpegLayer Layer => (MpegLayer)_header.Layer;

    /// <inheritdoc/>
    public MpegChannelMode ChannelMode => (MpegChannelMode)(_bytes[3] >> 6);

    /// <inheritdoc/>
    public int ChannelModeExtension => (_bytes[3] >> 4) & 3;

    /// <inheritdoc/>
    public int SampleCount => _header.Frames;

    /// <inheritdoc/>
    public bool IsCopyrighted => (_bytes[3] & 8) != 0;

    /// <inheritdoc/>
    public bool HasCrc => _header.HasSum;

    /// <inheritdoc/>
    public bool IsCorrupted => false;

    /// <summary>Takes the next frame.</summary>
    internal void Set(in MpegFrame frame)
    {
        _header = frame.Header;
        frame.Data.CopyTo(_bytes);
        Reset();
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _at = 8 * _header.SideInfoStart;
        _end = 8 * _header.FrameLength;
    }

    /// <inheritdoc/>
    public int ReadBits(int bitCount)
    {
        if (bitCount == 0)
        {
            return 0;
        }

        // NLayer reads at most 16 bits.
        if (bitCount > 16 || _at + bitCount > _end)
        {
            return -1;
        }

        uint bits = BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(_at >> 3)) << (_at & 7);
        _at += bitCount;
        return (int)(bits >> (32 - bitCount));
    }
}
