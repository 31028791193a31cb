using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>Which frames of each packet are sound: not those before the stream's beginning, nor those behind its end.</summary>
/// <remarks>Source: RFC 7845 §4.2–4.5; Vorbis I §A.2.</remarks>
internal sealed class OggTrim
{
    private long _decoded;

    // As the pages count: what was lost counts too.
    private long _position;
    private long? _origin;

    /// <summary>Frames to leave out at the start, in all.</summary>
    internal int Skip { get; set; }

    /// <summary>Takes a packet of so many frames, and says which of them are sound.</summary>
    internal Range Take(int frames, long granule, bool isLast)
    {
        long before = _decoded;
        long end = frames;
        _decoded += frames;
        _position += frames;
        if (granule != OggPage.NoGranule)
        {
            // Who came later than its beginning gets a stream that counts on from there.
            _origin ??= isLast ? 0 : granule - _position;
            long position = granule - _origin.Value;
            end = isLast ? Math.Clamp(position - (_position - frames), 0, frames) : frames;
            _position = position;
        }

        long start = Math.Clamp(Skip - before, 0, end);
        return (int)start..(int)end;
    }
}
