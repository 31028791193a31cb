using Linnet.Wire.Mpeg;
using NLayer;

namespace Linnet.Codecs.Mpeg;

/// <summary>Decodes with NLayer, without a C library.</summary>
/// <remarks>NLayer throws for damaged frames. Such a frame is silence, and the decoder is replaced: its state is unknown.</remarks>
internal sealed class NLayerDecoder : IMpegDecoder
{
    private readonly NLayerFrame _frame = new();
    private readonly float[] _pcm = new float[1152 * 2];
    private MpegFrameDecoder _decoder = new();

    // Bytes of earlier main data that the decoder has.
    private int _reservoir;

    static NLayerDecoder() => BuildTables();

    /// <inheritdoc/>
    public ReadOnlySpan<float> Decode(in MpegFrame frame)
    {
        MpegHeader header = frame.Header;
        Span<float> pcm = _pcm.AsSpan(0, header.Frames * header.Channels);
        _frame.Set(frame);
        if (header.Layer == 3)
        {
            SilenceIfIncomplete(header);
        }

        int written = 0;
        try
        {
            written = _decoder.DecodeFrame(_frame, pcm);
        }
#pragma warning disable CA1031 // NLayer indexes its tables with what the frame says, so any exception is possible.
        catch (Exception)
        {
            (_decoder, _reservoir) = (new MpegFrameDecoder(), 0);
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

    /// <summary>
    /// Makes the frame silent if earlier frames that it needs are missing. NLayer would give nothing for it and would lose its own bytes,
    /// which later frames need.
    /// </summary>
    private void SilenceIfIncomplete(MpegHeader header)
    {
        if (Mp3Frame.MainDataBegin(_frame.Bytes, header) > _reservoir)
        {
            Mp3Frame.Silence(_frame.Bytes, header, _reservoir);
        }

        _reservoir = Math.Min(_reservoir + Mp3Frame.MainDataLength(header), Mp3Frame.MaxReservoir);
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
