using System.Buffers.Binary;
using System.Text;

namespace Linnet.Wire.Chunks;

/// <summary>What differs between the kinds of files that are made of chunks: name, length, content.</summary>
/// <remarks>
/// Source: Microsoft's RIFF; EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64); Apple's "Audio Interchange File Format: AIFF" 1.3 and "AIFF-C".
/// </remarks>
internal sealed class ChunkFamily
{
    private readonly uint[] _forms;
    private readonly uint[] _ofUse;
    private readonly uint _samples;
    private readonly bool _isBigEndian;
    private readonly uint _firstMadeUp;

    private ChunkFamily(string[] forms, string[] ofUse, string samples, int samplesHead, bool isBigEndian, uint firstMadeUp)
    {
        _forms = [.. forms.Select(IdOf)];
        _ofUse = [.. ofUse.Select(IdOf)];
        _samples = IdOf(samples);
        SamplesHead = samplesHead;
        (_isBigEndian, _firstMadeUp) = (isBigEndian, firstMadeUp);

        static uint IdOf(string name) => BinaryPrimitives.ReadUInt32BigEndian(Encoding.ASCII.GetBytes(name));
    }

    /// <summary>WAV, RF64 and BW64.</summary>
    internal static ChunkFamily Wav { get; } =
        new(["RIFF", "RF64", "BW64"], ["fmt ", "ds64", "LIST"], "data", samplesHead: 0, isBigEndian: false, 0x7FFF_0000);

    /// <summary>AIFF and AIFF-C.</summary>
    internal static ChunkFamily Aiff { get; } =
        new(["FORM"], ["COMM", "CHAN", "NAME", "AUTH"], "SSND", samplesHead: 8, isBigEndian: true, 0x7EFF_FF00);

    /// <summary>Bytes between the header of the samples' chunk and the samples.</summary>
    internal int SamplesHead { get; }

    /// <summary>Whether a file begins here.</summary>
    internal bool IsForm(ReadOnlySpan<byte> id) => Holds(_forms, id);

    /// <summary>Whether a chunk of this name is needed to play the samples, or names the track.</summary>
    internal bool IsOfUse(ReadOnlySpan<byte> id) => Holds(_ofUse, id);

    /// <summary>Whether a chunk of this name holds the samples.</summary>
    internal bool IsSamples(ReadOnlySpan<byte> id) => id.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(id) == _samples;

    /// <summary>Reads the length of a chunk.</summary>
    internal uint ReadLength(ReadOnlySpan<byte> bytes) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <summary>
    /// Whether this is the placeholder length of a program that cannot know it: 0 (GStreamer, ffmpeg), about 2^31 (sox, arecord), about
    /// 2^32 (ffmpeg, lame).
    /// </summary>
    internal bool IsMadeUp(uint length) =>
        length == 0 || (length >= _firstMadeUp && length <= 0x8000_0000) || length >= 0xFFFF_0000;

    private static bool Holds(uint[] names, ReadOnlySpan<byte> id) =>
        id.Length >= 4 && names.AsSpan().Contains(BinaryPrimitives.ReadUInt32BigEndian(id));
}
