using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Wire.Chunks;

namespace Linnet.Wire.Aiff;

/// <summary>The beginning of an AIFF or AIFF-C, up to the first sample. From a file or a pipe, so untrusted.</summary>
/// <remarks>
/// Source: Apple's "Audio Interchange File Format: AIFF" 1.3 and "AIFF-C" (draft of 1991); the later encodings are those of QuickTime.
/// </remarks>
internal readonly record struct AiffPreamble
{
    /// <summary>The first sample is at most this many bytes into its chunk; a larger offset is taken for a mistake.</summary>
    private const int MaxOffset = 1 << 16;

    private const int FormLength = 12;
    private const int ChunkHead = 8;
    private const int PlainLength = 18;

    /// <summary>How the samples are stored.</summary>
    public RawPcmFormat Pcm { get; private init; }

    /// <summary>Significant bits of integer PCM, 8–32; may be fewer than are stored. 0 for float.</summary>
    public int BitDepth { get; private init; }

    /// <summary>Bytes to skip before the samples.</summary>
    public long Offset { get; private init; }

    /// <summary>Bytes of stored samples; may end with an incomplete frame. <see langword="null"/> if the writer did not know it.</summary>
    public long? StoredLength { get; private init; }

    /// <summary>The speakers of the channels; <see langword="null"/> for the usual ones.</summary>
    public ChannelLayout? Layout { get; private init; }

    /// <summary>The range of the title in the parsed bytes; may be empty.</summary>
    public Range Title { get; private init; }

    /// <summary>The range of the artist in the parsed bytes; may be empty.</summary>
    public Range Artist { get; private init; }

    /// <summary>Parses the bytes received so far. Never throws.</summary>
    /// <param name="bytes">Whole chunks before the samples, and the head of the samples' chunk (see <see cref="ChunkSkimmer"/>).</param>
    /// <param name="aiff">The header, if the result is <see cref="ChunkProgress.Done"/>.</param>
    /// <param name="problem">If the result is <see cref="ChunkProgress.Invalid"/>, why: the rest of a sentence that begins with the
    /// stream's name.</param>
    public static ChunkProgress Parse(ReadOnlySpan<byte> bytes, out AiffPreamble aiff, out string problem)
    {
        // "FORM" | length | "AIFF" or "AIFC" | (id | length | body | pad to an even length)…
        (aiff, problem) = (default, "is not an AIFF");
        bool isExtended = bytes.Length >= FormLength && bytes[8..].StartsWith("AIFC"u8);
        if (!bytes.StartsWith("FORM"u8) || !(isExtended || (bytes.Length >= FormLength && bytes[8..].StartsWith("AIFF"u8))))
        {
            return ChunkProgress.Invalid;
        }

        ReadOnlySpan<byte> layout = [];
        (bool isKnown, long frames, problem) = (false, 0, "");
        long at = FormLength;
        int chunks = 0;
        for (; at + ChunkHead <= bytes.Length && chunks < ChunkSkimmer.MaxKeptChunks; chunks++)
        {
            ReadOnlySpan<byte> id = bytes.Slice((int)at, 4);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes[((int)at + 4)..]);
            at += ChunkHead;
            if (id.SequenceEqual("SSND"u8))
            {
                if (!isKnown)
                {
                    problem = "has samples before its format chunk (COMM), which Linnet reads only in a file that can be searched";
                    return ChunkProgress.Invalid;
                }

                aiff = aiff.WithSamples(bytes[(int)at..], length, frames) with { Layout = AiffLayout.Of(layout, aiff.Pcm.Format.Channels) };
                return ChunkProgress.Done;
            }

            if (at + length > bytes.Length)
            {
                break;
            }

            ReadOnlySpan<byte> body = bytes.Slice((int)at, (int)length);
            Range text = (int)at..(int)(at + length);
            if (id.SequenceEqual("COMM"u8) && !isKnown)
            {
                if (Check(body, isExtended, ref aiff) is string refusal)
                {
                    problem = refusal;
                    return ChunkProgress.Invalid;
                }

                (isKnown, frames) = (true, BinaryPrimitives.ReadUInt32BigEndian(body[2..]));
            }
            else if (id.SequenceEqual("CHAN"u8))
            {
                layout = body;
            }
            else if (id.SequenceEqual("NAME"u8))
            {
                aiff = aiff with { Title = text };
            }
            else if (id.SequenceEqual("AUTH"u8))
            {
                aiff = aiff with { Artist = text };
            }

            at += length + (length & 1);
        }

        problem = chunks == ChunkSkimmer.MaxKeptChunks ? ChunkSkimmer.TooManyKept
            : bytes.Length >= ChunkSkimmer.MaxKept ? ChunkSkimmer.TooLong : "";
        return problem.Length > 0 ? ChunkProgress.Invalid : ChunkProgress.NeedMore;
    }

    private AiffPreamble WithSamples(ReadOnlySpan<byte> head, uint length, long frames)
    {
        // offset 4 | block size 4 | offset bytes | samples. Without a length here, the number of frames may help.
        long offset = head.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(head);
        long? inside = length >= ChunkHead && !ChunkFamily.Aiff.IsMadeUp(length) ? length - ChunkHead : null;
        offset = offset > MaxOffset || offset > inside ? 0 : offset;
        long declared = frames * Pcm.BytesPerFrame;
        long? counted = frames > 0 && declared <= uint.MaxValue && !ChunkFamily.Aiff.IsMadeUp((uint)declared) ? declared : null;
        return this with { Offset = offset, StoredLength = inside - offset ?? counted };
    }

    /// <summary>Reads the format chunk. Returns why it cannot be played, or <see langword="null"/>.</summary>
    private static string? Check(ReadOnlySpan<byte> body, bool isExtended, ref AiffPreamble aiff)
    {
        // channels 2 | frames 4 | bits 2 | rate 10 | in AIFF-C: encoding 4, its name
        if (body.Length < PlainLength)
        {
            return "has a format chunk (COMM) that is too short";
        }

        int channels = BinaryPrimitives.ReadUInt16BigEndian(body);
        int bits = BinaryPrimitives.ReadUInt16BigEndian(body[6..]);
        int rate = AiffRate.Read(body[8..PlainLength]);
        ReadOnlySpan<byte> encoding = isExtended && body.Length >= PlainLength + 4 ? body.Slice(PlainLength, 4) : "NONE"u8;
        SampleEncoding? stored = AiffEncoding.Of(encoding, bits);
        if (stored is null)
        {
            return AiffEncoding.Problem(encoding, bits);
        }

        if (channels is < 1 or > AudioFormat.MaxChannels)
        {
            return $"has {channels} channels; Linnet carries 1 to {AudioFormat.MaxChannels}";
        }

        var format = new AudioFormat(rate, channels);
        if (!format.IsValid)
        {
            return $"has a sample rate of {rate} Hz; Linnet carries {AudioFormat.MinSampleRate} to {AudioFormat.MaxSampleRate} Hz";
        }

        int depth = AiffEncoding.IsPlain(encoding) ? Math.Max(8, Math.Min(bits, stored.BitDepth)) : stored.BitDepth;
        aiff = aiff with { Pcm = new RawPcmFormat(stored, format), BitDepth = depth };
        return null;
    }
}
