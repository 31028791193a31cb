using System.Text;

namespace Linnet.Wire.Mp4;

/// <content>The init segment.</content>
internal static partial class Mp4Fragments
{
    private const uint IsEnabledInMovie = 3;
    private const uint IsInThisFile = 1;

    /// <summary>Flags of every packet: it depends on no other, so playing can start at any.</summary>
    private const uint DependsOnNone = 0x0200_0000;

    /// <summary>1.0 with 16 bits after the point.</summary>
    private const uint One = 0x1_0000;

    /// <summary>1.0 with 8 bits after the point.</summary>
    private const ushort FullVolume = 0x0100;

    /// <summary><c>und</c>: no language, in three times five bits.</summary>
    private const ushort NoLanguage = 0x55C4;

    /// <summary>Builds the init segment: the kind of file, and the track without packets.</summary>
    /// <remarks>
    /// Source: ISO/IEC 14496-12 §4.3 (<c>ftyp</c>), §8 (<c>moov</c>). Equal tracks give equal bytes; times of creation are 0.
    /// </remarks>
    public static byte[] InitSegment(Mp4AudioTrack track)
    {
        ArgumentNullException.ThrowIfNull(track);
        var boxes = new BoxWriter();
        using (boxes.Box("ftyp"u8))
        {
            boxes.Bytes(Brand);
            boxes.UInt32(0);
            boxes.Bytes(Brand);
            boxes.Bytes("mp42"u8);
        }

        using (boxes.Box("moov"u8))
        {
            WriteMovieHeader(boxes, track);
            using (boxes.Box("trak"u8))
            {
                WriteTrackHeader(boxes);
                WriteMedia(boxes, track);
            }

            using (boxes.Box("mvex"u8))
            {
                using (boxes.FullBox("trex"u8))
                {
                    // The track, its first sample entry, no default duration and length, and the default flags.
                    boxes.UInt32(TrackId);
                    boxes.UInt32(1);
                    boxes.Zeros(8);
                    boxes.UInt32(DependsOnNone);
                }
            }
        }

        return boxes.Written.ToArray();
    }

    private static void WriteMovieHeader(BoxWriter boxes, Mp4AudioTrack track)
    {
        using (boxes.FullBox("mvhd"u8))
        {
            boxes.Zeros(8);
            boxes.UInt32((uint)track.TimeScale);
            boxes.UInt32(0);
            boxes.UInt32(One);
            boxes.UInt16(FullVolume);
            boxes.Zeros(10);
            WriteMatrix(boxes);
            boxes.Zeros(24);
            boxes.UInt32(TrackId + 1);
        }
    }

    private static void WriteTrackHeader(BoxWriter boxes)
    {
        using (boxes.FullBox("tkhd"u8, flags: IsEnabledInMovie))
        {
            boxes.Zeros(8);
            boxes.UInt32(TrackId);
            boxes.Zeros(20);
            boxes.UInt16(FullVolume);
            boxes.Zeros(2);
            WriteMatrix(boxes);
            boxes.Zeros(8);
        }
    }

    /// <summary>The unit matrix. The last of its numbers has only 30 bits after the point.</summary>
    private static void WriteMatrix(BoxWriter boxes)
    {
        foreach (uint number in (ReadOnlySpan<uint>)[One, 0, 0, 0, One, 0, 0, 0, 0x4000_0000])
        {
            boxes.UInt32(number);
        }
    }

    private static void WriteMedia(BoxWriter boxes, Mp4AudioTrack track)
    {
        using (boxes.Box("mdia"u8))
        {
            using (boxes.FullBox("mdhd"u8))
            {
                boxes.Zeros(8);
                boxes.UInt32((uint)track.TimeScale);
                boxes.UInt32(0);
                boxes.UInt16(NoLanguage);
                boxes.Zeros(2);
            }

            using (boxes.FullBox("hdlr"u8))
            {
                boxes.Zeros(4);
                boxes.Bytes("soun"u8);
                boxes.Zeros(12);
                boxes.Bytes("Linnet\0"u8);
            }

            using (boxes.Box("minf"u8))
            {
                using (boxes.FullBox("smhd"u8))
                {
                    boxes.Zeros(4);
                }

                WriteDataReference(boxes);
                WriteSampleTable(boxes, track);
            }
        }
    }

    private static void WriteDataReference(BoxWriter boxes)
    {
        using (boxes.Box("dinf"u8))
        {
            using (boxes.FullBox("dref"u8))
            {
                boxes.UInt32(1);
                boxes.FullBox("url "u8, flags: IsInThisFile).Dispose();
            }
        }
    }

    private static void WriteSampleTable(BoxWriter boxes, Mp4AudioTrack track)
    {
        using (boxes.Box("stbl"u8))
        {
            using (boxes.FullBox("stsd"u8))
            {
                boxes.UInt32(1);
                WriteSampleEntry(boxes, track);
            }

            // No packet is here: their durations, chunks, lengths and offsets are tables without entries.
            WriteEmptyTable(boxes, "stts"u8, numbers: 1);
            WriteEmptyTable(boxes, "stsc"u8, numbers: 1);
            WriteEmptyTable(boxes, "stsz"u8, numbers: 2);
            WriteEmptyTable(boxes, "stco"u8, numbers: 1);
            if (track.RollDistance != 0)
            {
                using (boxes.FullBox("sgpd"u8, version: 1))
                {
                    // One entry of two bytes.
                    boxes.Bytes(Roll);
                    boxes.UInt32(sizeof(short));
                    boxes.UInt32(1);
                    boxes.UInt16((ushort)track.RollDistance);
                }

                WriteRollGroup(boxes, 0);
            }
        }
    }

    private static void WriteEmptyTable(BoxWriter boxes, ReadOnlySpan<byte> type, int numbers)
    {
        using (boxes.FullBox(type))
        {
            boxes.Zeros(numbers * sizeof(uint));
        }
    }

    private static void WriteSampleEntry(BoxWriter boxes, Mp4AudioTrack track)
    {
        using (boxes.Box(Encoding.ASCII.GetBytes(track.SampleEntry)))
        {
            boxes.Zeros(6);
            boxes.UInt16(1);
            boxes.Zeros(8);
            boxes.UInt16((ushort)track.Channels);
            boxes.UInt16((ushort)track.SampleSize);
            boxes.Zeros(4);
            boxes.UInt32(ShownRate(track.TimeScale) * One);
            boxes.Bytes(track.Configuration.Span);
        }
    }

    /// <summary>
    /// The rate in 16 bits: halved until it fits, as the mapping of FLAC defines it. Players read the codec's configuration instead.
    /// </summary>
    private static uint ShownRate(int rate)
    {
        while (rate > ushort.MaxValue && rate % 2 == 0)
        {
            rate /= 2;
        }

        return (uint)Math.Min(rate, ushort.MaxValue);
    }
}
