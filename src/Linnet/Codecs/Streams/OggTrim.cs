using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>Finds which frames of each packet are sound: not those before the beginning or after the end of the stream.</summary>
/// <remarks>Source: RFC 7845 §4.2–4.5; Vorbis I §A.2.</remarks>
internal sealed class OggTrim
{
    private long _decoded;

    // In the count of the pages, which includes lost packets.
    private long _position;
    private long? _origin;

    /// <summary>Total number of frames to leave out at the start.</summary>
    internal int Skip { get; set; }

    /// <summary>Takes a packet of <paramref name="frames"/> frames, and returns the range that is sound.</summary>
    internal Range Take(int frames, long granule, bool isLast)
    {
        long before = _decoded;
        long end = frames;
        _decoded += frames;
        _position += frames;
        if (granule != OggPage.NoGranule)
        {
            // A stream that was joined in the middle does not count from zero.
            _origin ??= isLast ? 0 : granule - _position;
            long position = granule - _origin.Value;
            end = isLast ? Math.Clamp(position - (_position - frames), 0, frames) : frames;
            _position = position;
        }

        long start = Math.Clamp(Skip - before, 0, end);
        return (int)start..(int)end;
    }
}
