namespace Linnet.Codecs.Opus;

/// <summary>One decoder of Concentus for each stream of a packet.</summary>
/// <remarks>Source: RFC 7845 §5.1.1.</remarks>
internal sealed class ManagedOpusSurroundDecoder : IOpusDecoding
{
    private const int Silent = byte.MaxValue;

    private readonly ManagedOpusDecoder[] _streams;
    private readonly int _coupled;
    private readonly byte[] _mapping;
    private readonly float[] _pcm = new float[2 * OpusPacket.LongestFrames];

    /// <summary>Creates a decoder; see <see cref="OpusProvider.CreateSurroundDecoder"/>.</summary>
    internal ManagedOpusSurroundDecoder(int streams, int coupled, ReadOnlySpan<byte> mapping)
    {
        if (streams < 1 || coupled < 0 || coupled > streams || streams + coupled > Silent || mapping.IsEmpty)
        {
            throw new InvalidOperationException($"Opus cannot have {streams} streams, of them {coupled} in stereo.");
        }

        foreach (byte channel in mapping)
        {
            if (channel != Silent && channel >= streams + coupled)
            {
                throw new InvalidOperationException($"Opus with {streams + coupled} channels has no channel {channel}.");
            }
        }

        _streams = [.. Enumerable.Range(0, streams).Select(i => new ManagedOpusDecoder(i < coupled ? 2 : 1))];
        _coupled = coupled;
        _mapping = mapping.ToArray();
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> packet, Span<float> pcm, int frames, bool recovers)
    {
        if (!AreAlike(packet, out int duration) || duration > frames)
        {
            return -1;
        }

        pcm = pcm[..(duration * _mapping.Length)];
        pcm.Clear();
        Span<Range> parts = stackalloc Range[OpusFrames.Most];
        for (int i = 0; i < _streams.Length; i++)
        {
            bool isDelimited = i < _streams.Length - 1;
            OpusFrames.TryParse(packet, isDelimited, parts, out _, out int length);
            if (_streams[i].Decode(packet[..length], isDelimited, _pcm, duration, recovers) != duration)
            {
                return -1;
            }

            Copy(i, pcm);
            packet = packet[length..];
        }

        return duration;
    }

    public void Dispose()
    {
        foreach (ManagedOpusDecoder stream in _streams)
        {
            stream.Dispose();
        }
    }

    /// <summary>Whether the packet has a valid part for each stream, all of the same length.</summary>
    private bool AreAlike(ReadOnlySpan<byte> packet, out int duration)
    {
        duration = 0;
        Span<Range> parts = stackalloc Range[OpusFrames.Most];
        for (int i = 0; i < _streams.Length; i++)
        {
            if (!OpusFrames.TryParse(packet, isDelimited: i < _streams.Length - 1, parts, out int count, out int length))
            {
                return false;
            }

            int frames = count * OpusPacket.FrameDuration(packet[0]);
            if (i > 0 && frames != duration)
            {
                return false;
            }

            duration = frames;
            packet = packet[length..];
        }

        return true;
    }

    /// <summary>Copies the channels of a stream to their places.</summary>
    private void Copy(int stream, Span<float> pcm)
    {
        bool isStereo = stream < _coupled;
        int first = isStereo ? 2 * stream : stream + _coupled;
        int step = isStereo ? 2 : 1;
        for (int channel = 0; channel < _mapping.Length; channel++)
        {
            int from = _mapping[channel] - first;
            if (_mapping[channel] == Silent || from < 0 || from >= step)
            {
                continue;
            }

            for (int to = channel; to < pcm.Length; to += _mapping.Length, from += step)
            {
                pcm[to] = _pcm[from];
            }
        }
    }
}
