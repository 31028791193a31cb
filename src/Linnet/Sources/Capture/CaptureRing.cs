namespace Linnet.Sources.Capture;

/// <summary>
/// Frames between the thread that records and the one that reads. Whoever reads too late loses all that waited, so that it hears what is
/// now, and is told.
/// </summary>
/// <param name="capacity">Frames that may wait.</param>
/// <param name="channels">Samples per frame.</param>
/// <param name="longestWait">Instead of <see cref="LongestWait"/>.</param>
internal sealed class CaptureRing(int capacity, int channels, TimeSpan? longestWait = null) : IDisposable
{
    /// <summary>As long as a sound server that says nothing is believed to be alive.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private readonly TimeSpan _longestWait = longestWait ?? LongestWait;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _news = new();
    private readonly float[] _samples = new float[capacity * channels];
    private int _start;
    private int _count;
    private bool _lost;
    private Exception? _end;

    /// <summary>Adds frames that have arrived. Does not wait.</summary>
    internal void Write(ReadOnlySpan<float> pcm)
    {
        while (!pcm.IsEmpty)
        {
            int length = Math.Min(pcm.Length, _samples.Length);
            Add(pcm[..length], length);
            pcm = pcm[length..];
        }
    }

    /// <summary>Adds frames of silence, for sound that did not arrive but took its time.</summary>
    internal void WriteSilence(int frames)
    {
        for (int left = frames; left > 0; left -= capacity)
        {
            Add([], Math.Min(left, capacity) * channels);
        }
    }

    /// <summary>Says that sound was lost between what was written and what will be.</summary>
    internal void Lose()
    {
        lock (_lock)
        {
            _lost = true;
        }
    }

    /// <summary>Says that nothing more will come, and why.</summary>
    internal void End(Exception why)
    {
        lock (_lock)
        {
            _end = why;
            _news.Set();
        }
    }

    /// <summary>Takes what is there, or waits for it.</summary>
    /// <param name="pcm">Room for at least one frame.</param>
    /// <param name="lost">Whether sound was lost just before the first of these frames.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Frames, at least one.</returns>
    /// <exception cref="IOException">The device is gone, and all that it gave was read; or it gives nothing any more.</exception>
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

            // Devices give silence when it is silent: one that gives nothing hangs, or its server does.
            if (!_news.Wait(_longestWait, cancellationToken))
            {
                throw new IOException($"The device has given no sound for {_longestWait.TotalSeconds:0.###} s.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();

    /// <summary>Adds so many samples: those given, or zeros.</summary>
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
