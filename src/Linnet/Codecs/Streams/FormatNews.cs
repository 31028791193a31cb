namespace Linnet.Codecs.Streams;

/// <summary>Announces the format to a sink when it changes.</summary>
internal sealed class FormatNews
{
    private StreamFormat? _last;

    /// <summary>Announces the format if it has changed. A new bit rate alone is not a change: it is a hint.</summary>
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
