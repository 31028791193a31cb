using System.Buffers;
using System.Buffers.Binary;

namespace Linnet.Wire.Ogg;

/// <summary>Writes the packets of one logical stream into pages. For use by one thread.</summary>
/// <remarks>Source: RFC 3533 §5, §6. The first page holds only the first packet, as every codec's mapping requires.</remarks>
/// <param name="serial">Identifies the stream. Each link of a chain has a different one.</param>
internal sealed class OggPageWriter(uint serial)
{
    private readonly byte[] _page = new byte[OggPage.MaxLength];
    private int _segments;
    private int _body;
    private uint _sequence;
    private long _granule = OggPage.NoGranule;
    private bool _isContinued;

    /// <summary>Adds a packet. Writes the pages that are full; the rest waits.</summary>
    /// <param name="packet">The packet; may be empty.</param>
    /// <param name="granule">The position in the audio at the packet's end.</param>
    /// <param name="output">Receives the pages.</param>
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
                // The next page begins with the rest of the packet, even if only with a length of zero.
                WritePage(output, OggPageKinds.None);
                _isContinued = true;
            }
        }
    }

    /// <summary>Writes the waiting bytes as a page. Does nothing if none wait, unless this ends the stream.</summary>
    /// <param name="output">Receives the page.</param>
    /// <param name="isLast">Whether the page ends the stream. The last page must hold a packet: validators reject an empty one.</param>
    public void Flush(IBufferWriter<byte> output, bool isLast = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_segments > 0 || isLast)
        {
            WritePage(output, isLast ? OggPageKinds.Last : OggPageKinds.None);
        }
    }

    /// <summary>Writes a packet, such as a header, that has pages to itself.</summary>
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

        // The body starts after the space for a full segment table.
        int head = OggPage.HeaderLength + _segments;
        int length = head + _body;
        _page.AsSpan(OggPage.HeaderLength + OggPage.MaxSegments, _body).CopyTo(_page.AsSpan(head));
        _page.AsSpan(OggPage.SumAt, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(OggPage.SumAt), OggCrc.Append(0, _page.AsSpan(0, length)));
        output.Write(_page.AsSpan(0, length));
        (_segments, _body, _granule, _isContinued) = (0, 0, OggPage.NoGranule, false);
    }
}
