using System.Buffers;
using System.Buffers.Binary;

namespace Linnet.Wire.Ogg;

/// <summary>Puts the packets of one logical stream into pages. Used by one thread.</summary>
/// <remarks>Source: RFC 3533 §5, §6. The first page holds the first packet alone, as every codec's mapping wants it.</remarks>
/// <param name="serial">Names the stream; of a chain each link has another.</param>
public sealed class OggPageWriter(uint serial)
{
    private readonly byte[] _page = new byte[OggPage.MaxLength];
    private int _segments;
    private int _body;
    private uint _sequence;
    private long _granule = OggPage.NoGranule;
    private bool _isContinued;

    /// <summary>The serial number.</summary>
    public uint Serial => serial;

    /// <summary>Bytes of sound that wait for <see cref="Flush"/>.</summary>
    public int Pending => _body;

    /// <summary>Packets, and parts of packets, that wait for <see cref="Flush"/>.</summary>
    public bool HasPending => _segments > 0;

    /// <summary>Adds a packet. Pages that are full are written, the rest waits.</summary>
    /// <param name="packet">Of any length, also none.</param>
    /// <param name="granule">How far the sound has come by its end.</param>
    /// <param name="output">Takes the pages.</param>
    public void Add(ReadOnlySpan<byte> packet, long granule, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        while (true)
        {
            if (_segments == OggPage.MaxSegments)
            {
                WritePage(output, OggPageKinds.None);
            }

            int length = Math.Min(packet.Length, OggPage.MaxSegments);
            _page[OggPage.HeaderLength + _segments++] = (byte)length;
            packet[..length].CopyTo(_page.AsSpan(OggPage.HeaderLength + OggPage.MaxSegments + _body));
            _body += length;
            packet = packet[length..];
            if (length < OggPage.MaxSegments)
            {
                _granule = granule;
                return;
            }

            if (_segments == OggPage.MaxSegments)
            {
                // The page after begins with the rest, if only with its length of zero.
                WritePage(output, OggPageKinds.None);
                _isContinued = true;
            }
        }
    }

    /// <summary>Writes what waits as a page. Without anything waiting it writes nothing, unless this ends the stream.</summary>
    /// <param name="output">Takes the page.</param>
    /// <param name="isLast">Whether it ends the stream. The last page must hold a packet: checkers refuse an empty one.</param>
    public void Flush(IBufferWriter<byte> output, bool isLast = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_segments > 0 || isLast)
        {
            WritePage(output, isLast ? OggPageKinds.Last : OggPageKinds.None);
        }
    }

    /// <summary>Writes a packet that begins on a page of its own and ends there: a header.</summary>
    /// <inheritdoc cref="Add"/>
    public void Write(ReadOnlySpan<byte> packet, long granule, IBufferWriter<byte> output)
    {
        Flush(output);
        Add(packet, granule, output);
        Flush(output);
    }

    private void WritePage(IBufferWriter<byte> output, OggPageKinds kinds)
    {
        kinds |= _sequence == 0 ? OggPageKinds.First : OggPageKinds.None;
        kinds |= _isContinued ? OggPageKinds.Continued : OggPageKinds.None;
        OggPage.Capture.CopyTo(_page);
        _page[4] = 0;
        _page[5] = (byte)kinds;
        BinaryPrimitives.WriteInt64LittleEndian(_page.AsSpan(6), _granule);
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(14), serial);
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(18), _sequence++);
        _page[26] = (byte)_segments;

        // The body lies behind room for a full segment table.
        int head = OggPage.HeaderLength + _segments;
        int length = head + _body;
        _page.AsSpan(OggPage.HeaderLength + OggPage.MaxSegments, _body).CopyTo(_page.AsSpan(head));
        _page.AsSpan(OggPage.SumAt, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(OggPage.SumAt), OggCrc.Append(0, _page.AsSpan(0, length)));
        output.Write(_page.AsSpan(0, length));
        (_segments, _body, _granule, _isContinued) = (0, 0, OggPage.NoGranule, false);
    }
}
