namespace Linnet.Audio;

/// <summary>Copies samples into and out of a circular array, whose last element is followed by its first.</summary>
internal static class SampleRing
{
    /// <summary>Writes samples.</summary>
    /// <param name="ring">The array; at least as long as <paramref name="pcm"/>.</param>
    /// <param name="at">Where the first sample goes, counted on beyond the array's end: 0 is its beginning, and so is its length.</param>
    /// <param name="pcm">The samples.</param>
    internal static void Write(Span<float> ring, long at, ReadOnlySpan<float> pcm)
    {
        Parts(ring, at, pcm.Length, out Span<float> first, out Span<float> second);
        pcm[..first.Length].CopyTo(first);
        pcm[first.Length..].CopyTo(second);
    }

    /// <summary>Writes silence.</summary>
    /// <param name="ring">The array; at least <paramref name="length"/> long.</param>
    /// <param name="at">Where the first sample goes, as in <see cref="Write"/>.</param>
    /// <param name="length">How many samples.</param>
    internal static void Clear(Span<float> ring, long at, int length)
    {
        Parts(ring, at, length, out Span<float> first, out Span<float> second);
        first.Clear();
        second.Clear();
    }

    /// <summary>Reads samples.</summary>
    /// <param name="ring">The array; at least as long as <paramref name="pcm"/>.</param>
    /// <param name="at">Where the first sample is, as in <see cref="Write"/>.</param>
    /// <param name="pcm">Receives the samples.</param>
    internal static void Read(Span<float> ring, long at, Span<float> pcm)
    {
        Parts(ring, at, pcm.Length, out Span<float> first, out Span<float> second);
        first.CopyTo(pcm);
        second.CopyTo(pcm[first.Length..]);
    }

    private static void Parts(Span<float> ring, long at, int length, out Span<float> first, out Span<float> second)
    {
        int start = length == 0 ? 0 : (int)(at % ring.Length);
        first = ring.Slice(start, Math.Min(length, ring.Length - start));
        second = ring[..(length - first.Length)];
    }
}
