namespace Linnet.Sources.Capture;

/// <summary>
/// Buffer between the recording thread and the reading thread. If it overflows, everything buffered is dropped, so that the reader
/// continues with current sound, and the next read reports the loss.
/// </summary>
/// <param name="capacity">Capacity in frames.</param>
/// <param name="channels">Samples per frame.</param>
/// <param name="longestWait">Replaces <see cref="LongestWait"/>.</param>
internal sealed class CaptureRing(int capacity, int channels, TimeSpan? longestWait = null) : IDisposable
{
    /// <summary>A silent sound server is taken for dead after this time.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private readonly TimeSpan _longestWait = longestWait ?? LongestWait;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _news = new();
    private readonly float[] _samples = new float[capacity * channels];
    private int _start;
    private int _count;
    private bool _lost;
    private Exception? _end;

    /// <summary>Adds recorded frames. Does not wait.</summary>
    internal void Write(ReadOnlySpan<float> pcm)
    {
        while (!pcm.IsEmpty)
        {
            int length = Math.Min(pcm.Length, _samples.Length);
            Add(pcm[..length], length);
            pcm = pcm[length..];
        }
    }

    /// <summary>Adds silence in place of sound that did not arrive.</summary>
    internal void WriteSilence(int frames)
    {
        for (int left = frames; left > 0; left -= capacity)
        {
            Add([], Math.Min(left, capacity) * channels);
        }
    }

    /// <summary>Marks a loss between the frames already written and the next ones.</summary>
    internal void Lose()
    {
        lock (_lock)
        {
            _lost = true;
        }
    }

    /// <summary>Ends the stream with an error.</summary>
    internal void End(Exception why)
    {
        lock (_lock)
        {
            _end = why;
            _news.Set();
        }
    }

    /// <summary>Takes the buffered frames, or waits for some.</summary>
    /// <param name="pcm">Room for at least one frame.</param>
    /// <param name="lost">Whether sound was lost directly before the first of these frames.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Frames, at least one.</returns>
    /// <exception cref="IOException">The device failed and everything buffered was read, or it stopped giving sound.</exception>
    internal int Read(Span<float> pcm, out bool lost, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (_lock)
            {
                if (_count > 0)
                {
                    lost = _lost;
                    _lost = false;
                    return Take(pcm);
                }

                if (_end is not null)
                {
                    throw new IOException(_end.Message, _end);
                }

                _news.Reset();
            }

            // Devices give frames even in silence: if none come, the device or its server hangs.
            if (!_news.Wait(_longestWait, cancellationToken))
            {
                throw new IOException($"The device has sent no audio for {_longestWait.TotalSeconds:0.###} s.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();

    /// <summary>Adds <paramref name="length"/> samples: the given ones, or zeros.</summary>
    private void Add(ReadOnlySpan<float> pcm, int length)
    {
        lock (_lock)
        {
            if (length > _samples.Length - _count)
            {
                _count = 0;
                _lost = true;
            }

            int at = (_start + _count) % _samples.Length;
            int first = Math.Min(length, _samples.Length - at);
            if (pcm.IsEmpty)
            {
                _samples.AsSpan(at, first).Clear();
                _samples.AsSpan(0, length - first).Clear();
            }
            else
            {
                pcm[..first].CopyTo(_samples.AsSpan(at));
                pcm[first..length].CopyTo(_samples);
            }

            _count += length;
            _news.Set();
        }
    }

    private int Take(Span<float> pcm)
    {
        int length = Math.Min(_count, pcm.Length / channels * channels);
        int first = Math.Min(length, _samples.Length - _start);
        _samples.AsSpan(_start, first).CopyTo(pcm);
        _samples.AsSpan(0, length - first).CopyTo(pcm[first..]);
        _start = (_start + length) % _samples.Length;
        _count -= length;
        return length / channels;
    }
}
