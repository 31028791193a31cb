using System.Buffers.Binary;
using Linnet.Audio;

namespace Linnet.Wire.Wav;

/// <summary>The header of a WAV: everything before its samples.</summary>
/// <param name="Pcm">The samples' format: one of WAV's little-endian encodings, rate and channels.</param>
/// <param name="DataLength">Bytes of samples; <see langword="null"/> if the writer did not know it, as in a stream.</param>
/// <remarks>
/// Source: Microsoft's <c>mmreg.h</c> (WAVEFORMATEX, WAVEFORMATEXTENSIBLE); EBU Tech 3306 (RF64).
/// The written header reserves room for RF64's 64-bit lengths in a <c>JUNK</c> chunk, so that the same <see cref="Length"/> bytes can
/// be overwritten when the length is known.
/// </remarks>
internal readonly record struct WavHeader(RawPcmFormat Pcm, long? DataLength)
{
    private const uint Unknown32 = 0xFFFF_FFFF;
    private const int LongLengths = 28;
    private const int ShortFormat = 16;

    // All but integer formats state the size of their extension, even if it is 0.
    private const int ShortFormatOfOthers = 18;
    private const int LongFormat = 40;

    /// <summary>WAVE_FORMAT_PCM, _IEEE_FLOAT, _ALAW, _MULAW and _EXTENSIBLE.</summary>
    internal const ushort IntegerTag = 1, FloatTag = 3, ALawTag = 6, MuLawTag = 7, ExtensibleTag = 0xFFFE;

    /// <summary>The last 14 bytes of KSDATAFORMAT_SUBTYPE_…. The first two are the format tag.</summary>
    internal static ReadOnlySpan<byte> SubtypeTail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <summary>Bytes that <see cref="Write"/> writes. Depends only on the format.</summary>
    public int Length => 12 + 8 + LongLengths + 8 + FormatLength + 8;

    /// <summary>Up to two channels use the plain form, which every program reads.</summary>
    private int FormatLength => Pcm.Format.Channels > 2 ? LongFormat : Tag == IntegerTag ? ShortFormat : ShortFormatOfOthers;

    private ushort Tag => Pcm.Encoding.Layout switch
    {
        SampleLayout.F32LE or SampleLayout.F64LE => FloatTag,
        SampleLayout.ALaw => ALawTag,
        SampleLayout.MuLaw => MuLawTag,
        _ => IntegerTag,
    };

    /// <summary>
    /// Writes the header to the front of <paramref name="destination"/>. Samples follow, then a zero byte if their length is odd.
    /// </summary>
    /// <returns><see cref="Length"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="Length"/>, or WAV does not support
    /// the encoding.</exception>
    public int Write(Span<byte> destination)
    {
        if (Pcm.Encoding.Layout is SampleLayout.S8 or SampleLayout.S16BE or SampleLayout.S24BE or SampleLayout.S32BE
            or SampleLayout.F32BE or SampleLayout.F64BE)
        {
            throw new ArgumentException($"WAV does not support {Pcm.Encoding}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));

        long riffLength = Length - 8 + (DataLength ?? 0) + ((DataLength ?? 0) & 1);
        bool is64 = DataLength is not null && riffLength >= Unknown32;
        bool fits = DataLength is not null && !is64;

        Span<byte> rest = destination[..Length];
        rest = Chunk(rest, is64 ? "RF64"u8 : "RIFF"u8, fits ? (uint)riffLength : Unknown32);
        "WAVE"u8.CopyTo(rest);
        rest = rest[4..];

        Span<byte> longLengths = Chunk(rest, is64 ? "ds64"u8 : "JUNK"u8, LongLengths)[..LongLengths];
        longLengths.Clear();
        if (is64)
        {
            BinaryPrimitives.WriteInt64LittleEndian(longLengths, riffLength);
            BinaryPrimitives.WriteInt64LittleEndian(longLengths[8..], DataLength!.Value);
            BinaryPrimitives.WriteInt64LittleEndian(longLengths[16..], DataLength.Value / Pcm.BytesPerFrame);
        }

        rest = rest[(8 + LongLengths)..];
        WriteFormat(Chunk(rest, "fmt "u8, (uint)FormatLength)[..FormatLength]);
        Chunk(rest[(8 + FormatLength)..], "data"u8, fits ? (uint)DataLength!.Value : Unknown32);
        return Length;
    }

    private void WriteFormat(Span<byte> chunk)
    {
        ushort bits = (ushort)(8 * Pcm.Encoding.BytesPerSample);
        bool isLong = chunk.Length == LongFormat;
        chunk.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(chunk, isLong ? ExtensibleTag : Tag);
        BinaryPrimitives.WriteUInt16LittleEndian(chunk[2..], (ushort)Pcm.Format.Channels);
        BinaryPrimitives.WriteInt32LittleEndian(chunk[4..], Pcm.Format.SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(chunk[8..], Pcm.Format.SampleRate * Pcm.BytesPerFrame);
        BinaryPrimitives.WriteUInt16LittleEndian(chunk[12..], (ushort)Pcm.BytesPerFrame);
        BinaryPrimitives.WriteUInt16LittleEndian(chunk[14..], bits);
        if (isLong)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(chunk[16..], LongFormat - ShortFormat - 2);
            BinaryPrimitives.WriteUInt16LittleEndian(chunk[18..], bits);
            BinaryPrimitives.WriteUInt32LittleEndian(chunk[20..], UsualSpeakers.MaskOf(Pcm.Format.Channels));
            BinaryPrimitives.WriteUInt16LittleEndian(chunk[24..], Tag);
            SubtypeTail.CopyTo(chunk[26..]);
        }
    }

    private static Span<byte> Chunk(Span<byte> destination, ReadOnlySpan<byte> id, uint length)
    {
        id.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], length);
        return destination[8..];
    }
}
