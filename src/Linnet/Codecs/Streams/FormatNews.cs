namespace Linnet.Codecs.Streams;

/// <summary>Tells a sink the format when it is another one than before.</summary>
internal sealed class FormatNews
{
    private StreamFormat? _last;

    /// <summary>Tells it if need be. Another bit rate alone is no news: it is a hint.</summary>
    internal void Tell(StreamFormat format, IStreamSink sink)
    {
        if (_last is not null && IsSame(_last, format))
        {
            return;
        }

        _last = format;
        sink.OnFormat(format);
    }

    private static bool IsSame(StreamFormat one, StreamFormat other)
    {
        if ((one.Pcm, one.BitDepth, one.Codec, one.Headers.Count) != (other.Pcm, other.BitDepth, other.Codec, other.Headers.Count))
        {
            return false;
        }

        for (int i = 0; i < one.Headers.Count; i++)
        {
            if (!one.Headers[i].Span.SequenceEqual(other.Headers[i].Span))
            {
                return false;
            }
        }

        return true;
    }
}
