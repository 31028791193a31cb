using Linnet.Audio;
using Linnet.Wire.Chunks;
using Linnet.Wire.Wav;

namespace Linnet.Codecs.Streams;

/// <summary>Decodes a stream of WAV, RF64 or BW64.</summary>
internal sealed class WavStreamDecoder() : ChunkStreamDecoder(ChunkFamily.Wav)
{
    private protected override ChunkProgress Parse(ReadOnlySpan<byte> head, out Sound sound, out string problem)
    {
        sound = default;
        ChunkProgress progress = WavPreamble.Parse(head, out WavPreamble wav, out problem);
        if (progress == ChunkProgress.Done)
        {
            RawPcmFormat pcm = wav.Header.Pcm;
            ChannelLayout? layout = ChannelLayout.OfMask(wav.Speakers, pcm.Format.Channels);
            sound = new Sound(pcm, wav.BitDepth, Offset: 0, wav.StoredLength, layout, wav.Title, wav.Artist);
        }

        return progress;
    }
}
