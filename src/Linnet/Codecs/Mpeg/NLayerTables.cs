using System.Reflection;
using System.Runtime.CompilerServices;
using NLayer;

namespace Linnet.Codecs.Mpeg;

/// <summary>Prepares the tables of NLayer 3.0.1, which are private: builds them all at once, and corrects two.</summary>
/// <remarks>
/// Without the corrections, the sound differs from other decoders by 30 to 60 dB below the signal. Source: ISO 11172-3 §2.4.1.7 (side
/// information), §2.4.3.4 (subblock gain); ISO 13818-3 table B.8, whose 24 kHz value is a known misprint.
/// </remarks>
internal static class NLayerTables
{
    // MPEG-1, layer III, no checksum, 320 kb/s, 44.1 kHz, stereo: the longest frame, so no table runs out of bits.
    private static readonly byte[] Header = [0xFF, 0xFB, 0xE0, 0x00];

    private const int FrameLength = 1044;

    // Three regions of four lines each: the first two scale factor bands, and the rest.
    private const uint BigValues = 6;

    // A quarter of the main data for each channel of each granule.
    private const uint PartLength = 1900;

    // An accessor cannot return a type that is not public.
    private static readonly FieldInfo LayerThreeField =
        typeof(MpegFrameDecoder).GetField("_layerIIIDecoder", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private const string LayerThree = "NLayer.Decoder.LayerIIIDecoder, NLayer";

    /// <summary>Corrects where a scale factor band of 24 kHz begins: at line 332, as all encoders have it.</summary>
    internal static void CorrectBands()
    {
        const int At24KHz = 4, Band = 18;
        LongBands(null)[At24KHz][Band] = 332;
    }

    /// <summary>
    /// Corrects to which of the three windows of a short block a line belongs, in the last band of a sample rate. NLayer takes all of them
    /// for the first window, and so uses its gain.
    /// </summary>
    /// <param name="decoder">A decoder that has decoded a frame of layer III.</param>
    /// <param name="sampleRateRow">The sample rate's row in NLayer's tables.</param>
    internal static void CorrectWindows(MpegFrameDecoder decoder, int sampleRateRow)
    {
        ReadOnlySpan<int> bands = ShortBands(null)[sampleRateRow];
        Span<byte> windows = Windows(LayerThreeField.GetValue(decoder)!);
        int start = 3 * bands[^2];
        int width = bands[^1] - bands[^2];
        for (int i = 0; i < 3 * width; i++)
        {
            windows[start + i] = (byte)(i / width);
        }
    }

    /// <summary>
    /// A frame whose three regions in each channel of each granule use these twelve tables, and whose rest uses both tables of quadruples.
    /// All coded bits are zero.
    /// </summary>
    internal static byte[] FrameWith(ReadOnlySpan<byte> tables)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tables.Length, 12, nameof(tables));
        byte[] frame = new byte[FrameLength];
        Header.CopyTo(frame, 0);
        int at = 8 * Header.Length;

        // No earlier main data, private bits, no shared scale factors.
        Put(0, 20);
        for (int part = 0; part < 4; part++)
        {
            Put(PartLength, 12);
            Put(BigValues, 9);

            // Gain, no scale factors, no block switching.
            Put(0, 8 + 4 + 1);
            Put(tables[3 * part], 5);
            Put(tables[(3 * part) + 1], 5);
            Put(tables[(3 * part) + 2], 5);

            // Regions of one scale factor band, no emphasis of high bands, fine scale.
            Put(0, 4 + 3 + 1 + 1);
            Put((uint)part & 1, 1);
        }

        return frame;

        void Put(uint value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--, at++)
            {
                frame[at >> 3] |= (byte)(((value >> bit) & 1) << (7 - (at & 7)));
            }
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "_sfBandIndexLTable")]
    private static extern ref int[][] LongBands([UnsafeAccessorType(LayerThree)] object? type);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "_sfBandIndexSTable")]
    private static extern ref int[][] ShortBands([UnsafeAccessorType(LayerThree)] object? type);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cbwLookupS")]
    private static extern ref byte[] Windows([UnsafeAccessorType(LayerThree)] object decoder);
}
