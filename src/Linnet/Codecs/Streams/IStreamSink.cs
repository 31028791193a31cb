using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>Receives the parts that a stream decoder finds in a stream, in order.</summary>
internal interface IStreamSink
{
    /// <summary>The format of what follows; called before the first sound and at each change.</summary>
    void OnFormat(StreamFormat format);

    /// <summary>The next sound.</summary>
    /// <param name="packet">The encoded packet; empty if it cannot be passed on. Valid only during the call.</param>
    /// <param name="pcm">The decoded sound, whole frames; may be empty while the decoder primes. Not limited: samples may be far beyond
    /// full scale, or not finite. Valid only during the call.</param>
    void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm);

    /// <summary>Another track begins with the next sound.</summary>
    void OnTrack(TrackInfo track);

    /// <summary>
    /// A part with tags begins with the next sound: a file, or a link of a chain. By default calls <see cref="OnTrack"/> if the tags name a
    /// track.
    /// </summary>
    void OnTags(SoundTags tags)
    {
        if (tags?.Track is { } track)
        {
            OnTrack(track);
        }
    }
}
