using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>Takes what a stream decoder finds in a stream, in order.</summary>
public interface IStreamSink
{
    /// <summary>What follows; comes before the first sound, and at each change.</summary>
    void OnFormat(StreamFormat format);

    /// <summary>The next sound.</summary>
    /// <param name="packet">It as it was encoded; empty where that cannot be passed on. Lent for the call.</param>
    /// <param name="pcm">It decoded, whole frames; may be empty while the decoder primes. As it was sent: it may be far beyond full scale,
    /// or no number. Lent for the call.</param>
    void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm);

    /// <summary>Another track begins with the next sound.</summary>
    void OnTrack(TrackInfo track);

    /// <summary>
    /// A part with tags begins with the next sound: a file, or a link of a chain. By default the track is told that they name, if they name
    /// one.
    /// </summary>
    void OnTags(SoundTags tags)
    {
        if (tags?.Track is { } track)
        {
            OnTrack(track);
        }
    }
}
