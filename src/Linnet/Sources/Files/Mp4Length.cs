using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Linnet.Sources.Files;

/// <summary>
/// The length of the sound in an MP4's first audio track, without the padding that encoders add before and after it to fill frames.
/// </summary>
/// <param name="Units">Length of the sound.</param>
/// <param name="PerSecond">Units per second: the time scale of the track, usually its sample rate.</param>
/// <remarks>
/// ffmpeg leaves out the padding before the sound, but not the padding after it. The file is untrusted: few boxes are read, each within a
/// limit, and if they contradict each other there is no result. Source: ISO/IEC 14496-12 §8 (boxes, <c>mdhd</c>, <c>elst</c>); Apple's
/// <c>iTunSMPB</c> tag.
/// </remarks>
internal readonly record struct Mp4Length(long Units, uint PerSecond)
{
    private const int HeadLength = 8;
    private const int MaxBoxes = 4096;
    private const int MaxDepth = 8;

    /// <summary>Maximum length of a box that is read: an edit list with a few entries, or a tag.</summary>
    private const int MaxBox = 1024;

    /// <summary>Maximum units of an audio track: more than a year at 96 kHz is nonsense.</summary>
    private const long MaxUnits = 1L << 42;

    /// <summary>Reads the length; <see langword="null"/> if the file is not an MP4, does not declare it, or cannot be read.</summary>
    internal static Mp4Length? TryRead(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 4096);
            return TryRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Reads the length from a seekable stream.</summary>
    internal static Mp4Length? TryRead(Stream file)
    {
        var walk = new Walk(file);
        walk.Run(0, file.Length, depth: 0);
        return walk.Result;
    }

    /// <summary>Where the cover art is in the file, from Apple's <c>covr</c> tag; <see langword="null"/>: there is none.</summary>
    internal static (long Start, long Length)? FindCover(Stream file)
    {
        var walk = new Walk(file);
        walk.Run(0, file.Length, depth: 0);
        return walk.Cover;
    }

    /// <summary>A single pass over the boxes.</summary>
    private sealed class Walk(Stream file)
    {
        private readonly byte[] _box = new byte[MaxBox];
        private int _boxes;
        private uint _movieScale;
        private Track _track = new();
        private Track? _sound;
        private string _tag = "";
        private long? _tagged;

        internal Mp4Length? Result
        {
            get
            {
                if (_sound is not { Scale: > 0, Duration: > 0 and < MaxUnits } track || track.Edits > 1)
                {
                    return null;
                }

                long units = track.Duration - track.Start;
                if (_tagged is > 0 and long tagged && tagged <= units)
                {
                    return new(tagged, track.Scale);
                }

                // The edit list often counts in coarser units than the track; then the track's own length is more precise.
                if (track.Edits == 1 && _movieScale > 0 && track.EditLength is > 0 and < MaxUnits)
                {
                    long edited = (long)((Int128)track.EditLength * track.Scale / _movieScale);
                    units = edited < units - (track.Scale / _movieScale) - 1 ? edited : units;
                }

                return units > 0 ? new(units, track.Scale) : null;
            }
        }

        internal (long Start, long Length)? Cover { get; private set; }

        internal void Run(long start, long end, int depth)
        {
            Span<byte> head = stackalloc byte[HeadLength];
            while (end - start >= HeadLength && _boxes++ < MaxBoxes && depth < MaxDepth)
            {
                file.Position = start;
                file.ReadExactly(head);
                long length = BinaryPrimitives.ReadUInt32BigEndian(head);
                int skipped = HeadLength;
                string name = Encoding.Latin1.GetString(head[4..]);
                if (length == 1 && end - start >= 2 * HeadLength)
                {
                    file.ReadExactly(head);
                    length = BinaryPrimitives.ReadInt64BigEndian(head);
                    skipped = 2 * HeadLength;
                }

                length = length == 0 ? end - start : length;
                if (length < skipped || length > end - start)
                {
                    return;
                }

                Take(name, start + skipped, start + length, depth);
                start += length;
            }
        }

        private void Take(string name, long start, long end, int depth)
        {
            switch (name)
            {
                case "trak":
                    _track = new Track();
                    Run(start, end, depth + 1);
                    _sound ??= _track.IsSound ? _track : null;
                    break;
                case "----":
                    _tag = "";
                    Run(start, end, depth + 1);
                    break;
                case "covr":
                    FindPicture(start, end);
                    break;
                case "moov" or "mdia" or "edts" or "udta" or "ilst":
                    Run(start, end, depth + 1);
                    break;
                case "meta":
                    // Version and flags come first.
                    Run(start + 4, end, depth + 1);
                    break;
                case "mvhd" or "mdhd" or "hdlr" or "elst" or "name" or "data":
                    file.Position = start;
                    Span<byte> body = _box.AsSpan(0, (int)Math.Min(end - start, MaxBox));
                    file.ReadExactly(body);
                    Read(name, body);
                    break;
            }
        }

        /// <summary>The first <c>data</c> box in a <c>covr</c>: its head, type and language, then the picture.</summary>
        private void FindPicture(long start, long end)
        {
            Span<byte> head = stackalloc byte[2 * HeadLength];
            if (Cover is null && end - start > head.Length)
            {
                file.Position = start;
                file.ReadExactly(head);
                long length = BinaryPrimitives.ReadUInt32BigEndian(head);
                bool isWhole = head[4..].StartsWith("data"u8) && length > head.Length && length <= end - start;
                Cover = isWhole ? (start + head.Length, length - head.Length) : null;
            }
        }

        private void Read(string name, ReadOnlySpan<byte> body)
        {
            // Each begins with version and flags; from version 1 on, times take eight bytes.
            bool isLong = body is [1, ..];
            if (body.Length < (isLong ? 36 : 24) && name is "mvhd" or "mdhd" || body.Length < 12)
            {
                return;
            }

            switch (name)
            {
                case "mvhd":
                    _movieScale = BinaryPrimitives.ReadUInt32BigEndian(body[(isLong ? 20 : 12)..]);
                    break;
                case "mdhd":
                    _track.Scale = BinaryPrimitives.ReadUInt32BigEndian(body[(isLong ? 20 : 12)..]);
                    _track.Duration = Time(body[(isLong ? 24 : 16)..], isLong);
                    break;
                case "hdlr":
                    _track.IsSound |= body[8..12].SequenceEqual("soun"u8);
                    break;
                case "elst":
                    ReadEdits(body, isLong);
                    break;
                case "name":
                    _tag = Encoding.Latin1.GetString(body[4..]);
                    break;
                case "data" when _tag == "iTunSMPB":
                    _tagged ??= ReadTag(Encoding.Latin1.GetString(body[8..]));
                    break;
            }
        }

        /// <summary>Reads length, start in the track (−1 is a pause) and speed of each edit.</summary>
        private void ReadEdits(ReadOnlySpan<byte> body, bool isLong)
        {
            uint count = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
            body = body[8..];
            int wide = isLong ? 8 : 4;
            for (; count > 0 && body.Length >= (2 * wide) + 4; count--)
            {
                long start = isLong ? BinaryPrimitives.ReadInt64BigEndian(body[wide..]) : BinaryPrimitives.ReadInt32BigEndian(body[wide..]);
                if (start >= 0)
                {
                    _track.Edits++;
                    (_track.EditLength, _track.Start) = (Time(body, isLong), start);
                }

                body = body[((2 * wide) + 4)..];
            }

            // Edits beyond the limit are unknown.
            _track.Edits += count > 0 ? 2 : 0;
        }

        /// <summary>
        /// <c> 00000000 00000840 000001CA 00000000003F31F6</c>: unused, frames before the sound, frames after it, frames of sound.
        /// </summary>
        private static long? ReadTag(string text) =>
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var frames, ..]
            && long.TryParse(frames, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long units)
                ? units
                : null;

        private static long Time(ReadOnlySpan<byte> bytes, bool isLong) =>
            isLong ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private sealed class Track
    {
        internal bool IsSound { get; set; }

        internal uint Scale { get; set; }

        internal long Duration { get; set; }

        internal int Edits { get; set; }

        internal long EditLength { get; set; }

        internal long Start { get; set; }
    }
}
