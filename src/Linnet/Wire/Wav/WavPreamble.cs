using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Wire.Chunks;

namespace Linnet.Wire.Wav;

/// <summary>The beginning of a WAV stream: RIFF, RF64 or BW64, up to the first sample. From a file or a pipe, so untrusted.</summary>
/// <remarks>Source: Microsoft's <c>mmreg.h</c>; EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64).</remarks>
internal readonly record struct WavPreamble
{
    /// <summary>Format and length of the data; the length is a whole number of frames.</summary>
    public WavHeader Header { get; private init; }

    /// <summary>
    /// Bytes of stored data before any further chunks; may end with an incomplete frame. <see langword="null"/> if the writer did not
    /// know it.
    /// </summary>
    public long? StoredLength { get; private init; }

    /// <summary>Significant bits of integer PCM, 8–32; may be fewer than are stored. 0 for float.</summary>
    public int BitDepth { get; private init; }

    /// <summary>The channels' speakers, one bit each (<c>dwChannelMask</c>); 0 if not stated.</summary>
    public uint Speakers { get; private init; }

    /// <summary>The offset of the first sample, in bytes.</summary>
    public int HeaderLength { get; private init; }

    /// <summary>The range of <c>INAM</c> (title) in the parsed bytes; may be empty.</summary>
    public Range Title { get; private init; }

    /// <summary>The range of <c>IART</c> (artist) in the parsed bytes; may be empty.</summary>
    public Range Artist { get; private init; }

    /// <summary>Parses the bytes received so far. Never throws.</summary>
    /// <param name="bytes">The stream from its first byte.</param>
    /// <param name="wav">The header, if the result is <see cref="ChunkProgress.Done"/>.</param>
    /// <param name="problem">If the result is <see cref="ChunkProgress.Invalid"/>, why: the rest of a sentence that begins with the
    /// stream's name.</param>
    public static ChunkProgress Parse(ReadOnlySpan<byte> bytes, out WavPreamble wav, out string problem)
    {
        wav = default;
        problem = "";
        var walk = new Walk(bytes);
        ChunkProgress progress = walk.Run(out wav);
        if (progress == ChunkProgress.NeedMore && bytes.Length >= ChunkSkimmer.MaxKept)
        {
            progress = walk.Refuse(ChunkSkimmer.TooLong);
        }

        problem = walk.Problem;
        return progress;
    }

    /// <summary>One pass over the chunks.</summary>
    private ref struct Walk(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private RawPcmFormat? _pcm;
        private int _bitDepth;
        private uint _speakers;
        private long? _longDataLength;
        private Range _title;
        private Range _artist;

        public string Problem { get; private set; } = "";

        public ChunkProgress Refuse(string problem)
        {
            Problem = problem;
            return ChunkProgress.Invalid;
        }

        public ChunkProgress Run(out WavPreamble wav)
        {
            // "RIFF" | length | "WAVE" | (id | length | body | pad to an even length)…
            wav = default;
            if (!StartsLike(_bytes, "RIFF"u8) && !StartsLike(_bytes, "RF64"u8) && !StartsLike(_bytes, "BW64"u8))
            {
                return Refuse(
                    StartsLike(_bytes, "RIFX"u8) ? "is a big-endian WAV (RIFX), which Linnet does not read from a stream" : "is not a WAV");
            }

            if (!StartsLike(_bytes[Math.Min(8, _bytes.Length)..], "WAVE"u8))
            {
                return Refuse("is not a WAV");
            }

            long at = 12;
            for (int chunks = 0; chunks < ChunkSkimmer.MaxKeptChunks; chunks++)
            {
                if (_bytes.Length < at + 8)
                {
                    return ChunkProgress.NeedMore;
                }

                ReadOnlySpan<byte> id = _bytes.Slice((int)at, 4);
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[((int)at + 4)..]);
                at += 8;
                if (id.SequenceEqual("data"u8))
                {
                    return Finish((int)at, length, out wav);
                }

                if (at + length > ChunkSkimmer.MaxKept)
                {
                    return Refuse(ChunkSkimmer.TooLong);
                }

                if (_bytes.Length < at + length)
                {
                    return ChunkProgress.NeedMore;
                }

                if (!ReadChunk(id, (int)at, (int)length))
                {
                    return ChunkProgress.Invalid;
                }

                at += length + (length & 1);
            }

            return Refuse(ChunkSkimmer.TooManyKept);
        }

        private static bool StartsLike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> id) =>
            id.StartsWith(bytes[..Math.Min(bytes.Length, id.Length)]);

        private bool ReadChunk(ReadOnlySpan<byte> id, int start, int length)
        {
            ReadOnlySpan<byte> body = _bytes.Slice(start, length);
            if (id.SequenceEqual("fmt "u8))
            {
                return ReadFormat(body);
            }

            if (id.SequenceEqual("ds64"u8) && length >= 16)
            {
                _longDataLength = BinaryPrimitives.ReadInt64LittleEndian(body[8..]);
            }
            else if (id.SequenceEqual("LIST"u8) && StartsLike(body, "INFO"u8))
            {
                ReadInfo(start + 4, start + length);
            }

            return true;
        }

        private bool ReadFormat(ReadOnlySpan<byte> body)
        {
            // tag 2 | channels 2 | rate 4 | bytes per second 4 | frame 2 | bits 2 | size 2 | valid bits 2 | speakers 4 | subtype 16
            if (_pcm is not null)
            {
                return Fail("has two format chunks");
            }

            if (body.Length < 16)
            {
                return Fail("has a format chunk that is too short");
            }

            ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
            int channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
            uint rate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
            int frame = BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);
            int bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
            int validBits = bits;
            if (tag == WavHeader.ExtensibleTag)
            {
                if (body.Length < 40 || !body[26..40].SequenceEqual(WavHeader.SubtypeTail))
                {
                    return Fail("has an extended format that Linnet does not know");
                }

                int valid = BinaryPrimitives.ReadUInt16LittleEndian(body[18..]);
                validBits = valid >= 8 && valid < bits ? valid : bits;
                _speakers = BinaryPrimitives.ReadUInt32LittleEndian(body[20..]);
                tag = BinaryPrimitives.ReadUInt16LittleEndian(body[24..]);
            }

            // If a sample has fewer bits than its bytes hold, it uses the upper ones.
            SampleEncoding? encoding = (tag, bits > 0 ? (bits + 7) / 8 : 0) switch
            {
                (WavHeader.IntegerTag, 1) => SampleEncoding.U8,
                (WavHeader.IntegerTag, 2) => SampleEncoding.S16LE,
                (WavHeader.IntegerTag, 3) => frame == channels * 4 ? SampleEncoding.S32LE : SampleEncoding.S24LE,
                (WavHeader.IntegerTag, 4) => SampleEncoding.S32LE,
                (WavHeader.FloatTag, 4) => SampleEncoding.F32LE,
                (WavHeader.FloatTag, 8) => SampleEncoding.F64LE,
                (WavHeader.ALawTag, 1) => SampleEncoding.ALaw,
                (WavHeader.MuLawTag, 1) => SampleEncoding.MuLaw,
                _ => null,
            };
            if (encoding is null)
            {
                return Fail(tag is WavHeader.IntegerTag or WavHeader.FloatTag or WavHeader.ALawTag or WavHeader.MuLawTag
                    ? $"has samples of {bits} bits, which Linnet does not decode"
                    : $"is compressed ({NameOf(tag)}), which only libsndfile or ffmpeg can decode, and only from a file: convert it to "
                        + "a PCM WAV (with sox or ffmpeg), or to FLAC");
            }

            if (channels is < 1 or > AudioFormat.MaxChannels)
            {
                return Fail($"has {channels} channels; Linnet carries 1 to {AudioFormat.MaxChannels}");
            }

            if (rate is < AudioFormat.MinSampleRate or > AudioFormat.MaxSampleRate)
            {
                return Fail($"has a sample rate of {rate} Hz; Linnet carries "
                    + $"{AudioFormat.MinSampleRate} to {AudioFormat.MaxSampleRate} Hz");
            }

            if (frame != channels * encoding.BytesPerSample)
            {
                return Fail($"has frames of {frame} bytes, which does not match its format");
            }

            _pcm = new RawPcmFormat(encoding, new AudioFormat((int)rate, channels));
            _bitDepth = tag == WavHeader.IntegerTag ? Math.Max(Math.Min(encoding.BitDepth, validBits), 8) : encoding.BitDepth;
            return true;
        }

        /// <summary>The name of an encoding, for those seen in practice.</summary>
        private static string NameOf(ushort tag) => tag switch
        {
            0x0002 => "WAV format 0x0002, Microsoft ADPCM",
            0x0011 => "WAV format 0x0011, IMA ADPCM",
            0x0031 => "WAV format 0x0031, GSM 6.10",
            0x0055 => "WAV format 0x0055, MP3",
            _ => $"WAV format 0x{tag:X4}",
        };

        private bool Fail(string problem)
        {
            Problem = problem;
            return false;
        }

        private void ReadInfo(int at, int end)
        {
            while (end - at >= 8)
            {
                ReadOnlySpan<byte> id = _bytes.Slice(at, 4);
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(at + 4)..]);
                at += 8;
                if (length > end - at)
                {
                    return;
                }

                Range text = at..(at + (int)length);
                if (id.SequenceEqual("INAM"u8))
                {
                    _title = text;
                }
                else if (id.SequenceEqual("IART"u8))
                {
                    _artist = text;
                }

                at = Math.Min(end, at + (int)(length + (length & 1)));
            }
        }

        private ChunkProgress Finish(int at, uint length, out WavPreamble wav)
        {
            wav = default;
            if (_pcm is null)
            {
                return Refuse("has samples before its format chunk");
            }

            long? dataLength = length == 0xFFFF_FFFF && _longDataLength is > 0 ? _longDataLength
                : ChunkFamily.Wav.IsMadeUp(length) ? null : length;
            wav = new WavPreamble
            {
                Header = new WavHeader(_pcm, dataLength - (dataLength % _pcm.BytesPerFrame)),
                StoredLength = dataLength,
                BitDepth = _bitDepth,
                Speakers = _speakers,
                HeaderLength = at,
                Title = _title,
                Artist = _artist,
            };
            return ChunkProgress.Done;
        }
    }
}
