using Linnet.Wire.Mpeg;
using NLayer;

namespace Linnet.Codecs.Mpeg;

/// <summary>Decodes with NLayer, without a C library.</summary>
/// <remarks>NLayer throws for damaged frames. Such a frame is silence, and the decoder is replaced: its state is unknown.</remarks>
internal sealed class NLayerDecoder : IMpegDecoder
{
    private readonly NLayerFrame _frame = new();
    private readonly float[] _pcm = new float[1152 * 2];
    private readonly Mp3Reservoir _reservoir = new();
    private MpegFrameDecoder? _decoder;

    static NLayerDecoder()
    {
        NLayerTables.CorrectBands();
        BuildTables();
    }

    /// <summary>
    /// Whether NLayer 3.0.1 decodes this stream. It reads the short blocks of MP3 at 8 kHz with wrong Huffman tables, which gives noise.
    /// </summary>
    internal static bool Supports(MpegHeader header) => header is not { Layer: 3, SampleRate: 8_000 };

    /// <inheritdoc/>
    public ReadOnlySpan<float> Decode(in MpegFrame frame)
    {
        MpegHeader header = frame.Header;
        Span<float> pcm = _pcm.AsSpan(0, header.Frames * header.Channels);
        int written = 0;
        try
        {
            _decoder ??= Create(frame, pcm);
            _frame.Set(_reservoir.Complete(frame));
            written = _decoder.DecodeFrame(_frame, pcm);
        }
#pragma warning disable CA1031 // NLayer indexes its tables with what the frame says, so any exception is possible.
        catch (Exception)
        {
            _decoder = null;
            _reservoir.Clear();
        }
#pragma warning restore CA1031

        pcm[written..].Clear();
        foreach (ref float sample in pcm)
        {
            sample = float.IsFinite(sample) ? sample : 0;
        }

        return pcm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private MpegFrameDecoder Create(in MpegFrame frame, Span<float> scratch)
    {
        var decoder = new MpegFrameDecoder();
        if (frame.Header.Layer == 3)
        {
            // A silent frame makes it build what must be corrected.
            _frame.Set(frame);
            Mp3Frame.Silence(_frame.Bytes, frame.Header, 0);
            _ = decoder.DecodeFrame(_frame, scratch);
            NLayerTables.CorrectWindows(decoder, (3 * (int)frame.Header.Version) + _frame.SampleRateIndex);
            decoder.Reset();
        }

        return decoder;
    }

    /// <summary>
    /// Decodes two frames that use all Huffman tables. NLayer builds each table on its first use, without a lock: a second thread could
    /// read one that is not ready.
    /// </summary>
    private static void BuildTables()
    {
        foreach (byte[] tables in (byte[][])[[1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13], [15, 16, 24, 1, 1, 1, 1, 1, 1, 1, 1, 1]])
        {
            byte[] bytes = NLayerTables.FrameWith(tables);
            _ = MpegHeader.TryParse(bytes, out MpegHeader header);
            using var decoder = new NLayerDecoder();
            _ = decoder.Decode(new MpegFrame { Header = header, Data = bytes });
        }
    }
}
