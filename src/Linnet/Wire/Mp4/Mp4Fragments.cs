using System.Buffers;

namespace Linnet.Wire.Mp4;

/// <summary>Writes a fragmented MP4 with one audio track: an init segment, and segments of one fragment each.</summary>
/// <remarks>
/// Sources: ISO/IEC 14496-12 §8.8 (movie fragments), §8.9 (sample groups), §8.16.2 (segment type); RFC 8216 §3.3 (what HLS asks of it).
/// </remarks>
internal static partial class Mp4Fragments
{
    private const uint TrackId = 1;

    /// <summary>The only entry of the <c>roll</c> group. The init segment describes it.</summary>
    private const uint RollEntry = 1;

    private const uint DefaultBaseIsMoof = 0x02_0000;
    private const uint HasDefaultDuration = 0x08;
    private const uint HasDataOffset = 0x01;
    private const uint HasDurations = 0x100;
    private const uint HasSizes = 0x200;

    private static ReadOnlySpan<byte> Brand => "iso6"u8;

    private static ReadOnlySpan<byte> Roll => "roll"u8;

    /// <summary>Writes a segment: its type, the packets' lengths and times, then the packets.</summary>
    /// <param name="track">The track, as in the init segment.</param>
    /// <param name="sequence">Number of the fragment; increases from one to the next.</param>
    /// <param name="decodeTime">Time of the first frame in frames, at the time scale of the track; 0 or more.</param>
    /// <param name="samples">One packet or more. They follow each other without gaps.</param>
    /// <param name="output">Receives the segment.</param>
    /// <exception cref="ArgumentException">There is no packet, or one holds no frames.</exception>
    public static void Write(
        Mp4AudioTrack track, uint sequence, long decodeTime, IReadOnlyList<Mp4Sample> samples, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(track);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(decodeTime);
        if (samples.Count == 0 || samples.Any(static sample => sample.Frames <= 0))
        {
            throw new ArgumentException("A fragment needs at least one packet, and each must hold frames.", nameof(samples));
        }

        var boxes = new BoxWriter();
        using (boxes.Box("styp"u8))
        {
            boxes.Bytes("msdh"u8);
            boxes.UInt32(0);
            boxes.Bytes("msdh"u8);
            boxes.Bytes(Brand);
        }

        WriteMovieFragment(boxes, track, sequence, (ulong)decodeTime, samples);

        long length = BoxWriter.HeaderLength + samples.Sum(static sample => (long)sample.Bytes.Length);
        boxes.UInt32(checked((uint)length));
        boxes.Bytes("mdat"u8);
        output.Write(boxes.Written);
        foreach (Mp4Sample sample in samples)
        {
            output.Write(sample.Bytes.Span);
        }
    }

    private static void WriteMovieFragment(
        BoxWriter boxes, Mp4AudioTrack track, uint sequence, ulong decodeTime, IReadOnlyList<Mp4Sample> samples)
    {
        int start = boxes.Length;
        int dataOffsetAt;
        using (boxes.Box("moof"u8))
        {
            using (boxes.FullBox("mfhd"u8))
            {
                boxes.UInt32(sequence);
            }

            using (boxes.Box("traf"u8))
            {
                bool isEven = samples.All(sample => sample.Frames == samples[0].Frames);
                using (boxes.FullBox("tfhd"u8, flags: DefaultBaseIsMoof | (isEven ? HasDefaultDuration : 0)))
                {
                    boxes.UInt32(TrackId);
                    if (isEven)
                    {
                        boxes.UInt32((uint)samples[0].Frames);
                    }
                }

                using (boxes.FullBox("tfdt"u8, version: 1))
                {
                    boxes.UInt64(decodeTime);
                }

                dataOffsetAt = WriteRun(boxes, samples, hasDurations: !isEven);
                if (track.RollDistance != 0)
                {
                    WriteRollGroup(boxes, samples.Count);
                }
            }
        }

        // The first packet follows the header of mdat, which follows moof.
        boxes.Replace(dataOffsetAt, (uint)(boxes.Length - start + BoxWriter.HeaderLength));
    }

    /// <summary>Writes the lengths of the packets, and their durations if these differ.</summary>
    /// <returns>Where the offset of the first packet is to be written.</returns>
    private static int WriteRun(BoxWriter boxes, IReadOnlyList<Mp4Sample> samples, bool hasDurations)
    {
        using (boxes.FullBox("trun"u8, flags: HasDataOffset | HasSizes | (hasDurations ? HasDurations : 0)))
        {
            boxes.UInt32((uint)samples.Count);
            int dataOffsetAt = boxes.Length;
            boxes.UInt32(0);
            foreach (Mp4Sample sample in samples)
            {
                if (hasDurations)
                {
                    boxes.UInt32((uint)sample.Frames);
                }

                boxes.UInt32((uint)sample.Bytes.Length);
            }

            return dataOffsetAt;
        }
    }

    /// <summary>Puts packets in the <c>roll</c> group.</summary>
    /// <param name="boxes">Receives the box.</param>
    /// <param name="count">The number of packets. 0: none are there yet, but the codec requires the box.</param>
    private static void WriteRollGroup(BoxWriter boxes, int count)
    {
        using (boxes.FullBox("sbgp"u8))
        {
            boxes.Bytes(Roll);
            boxes.UInt32(count == 0 ? 0u : 1u);
            if (count > 0)
            {
                boxes.UInt32((uint)count);
                boxes.UInt32(RollEntry);
            }
        }
    }
}
