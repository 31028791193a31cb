using Linnet.Audio;
using Linnet.Sources.Ingest;

namespace Linnet.Sources;

/// <summary>
/// Holds PCM between the one thread that writes it and the one that reads it, with losses and titles at their frames.
/// </summary>
/// <remarks>
/// A writer has two ways. <see cref="Append"/> takes what fits, and <see cref="WaitForRoom"/> tells when more does.
/// <see cref="Push(ReadOnlySpan{float})"/> takes everything: if there is no room, the oldest sound is dropped, and the next read reports
/// the loss.
/// </remarks>
/// <param name="format">The format of the sound.</param>
/// <param name="capacity">Frames it can hold, at least one.</param>
internal sealed class PcmBuffer(AudioFormat format, int capacity) : IDisposable
{
    // The exact number of losses does not matter.
    private const int MaxLosses = 1024;

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _news = new();
    private readonly IngestTitles _titles = new();
    private readonly Queue<long> _losses = new();
    private readonly float[] _samples = new float[capacity * format.Channels];
    private TaskCompletionSource? _room;
    private long _read;
    private long _written;
    private long _droppedAt = -1;
    private bool _hasEnded;
    private bool _isClosed;
    private Exception? _problem;

    /// <summary>Frames that wait to be read.</summary>
    internal int Frames
    {
        get
        {
            lock (_lock)
            {
                return (int)(_written - _read);
            }
        }
    }

    /// <summary>Adds as many frames as there is room for. Does not wait.</summary>
    /// <returns>Frames taken.</returns>
    internal int Append(ReadOnlySpan<float> pcm)
    {
        lock (_lock)
        {
            int frames = Math.Min(pcm.Length / format.Channels, capacity - (int)(_written - _read));
            Put(pcm, frames);
            return frames;
        }
    }

    /// <summary>Adds all frames. Does not wait: drops the oldest ones if there is no room.</summary>
    internal void Push(ReadOnlySpan<float> pcm) => Push(pcm, pcm.Length / format.Channels);

    /// <summary>Adds silence in place of sound that did not arrive, as <see cref="Push(ReadOnlySpan{float})"/> does.</summary>
    internal void PushSilence(int frames) => Push([], frames);

    /// <summary>Sets the track that begins with the next frame to be written.</summary>
    internal void SetTrack(TrackInfo track)
    {
        lock (_lock)
        {
            _titles.Set(track, _written, format);
        }
    }

    /// <summary>Marks a loss between the frames already written and the next ones.</summary>
    internal void Lose()
    {
        lock (_lock)
        {
            if (_losses.Count < MaxLosses)
            {
                _losses.Enqueue(_written);
            }
        }
    }

    /// <summary>Drops everything that waits. The latest title remains.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            _read = _written;
            _droppedAt = -1;
            _losses.Clear();
            _titles.KeepLatest(_written);
            SignalRoom();
        }
    }

    /// <summary>No more sound follows what waits. Only the first call counts.</summary>
    /// <param name="problem">Why, if that is an error.</param>
    internal void End(Exception? problem = null)
    {
        lock (_lock)
        {
            _problem = _hasEnded ? _problem : problem;
            _hasEnded = true;
            _news.Set();
        }
    }

    /// <summary>Nothing is read any more: a writer no longer waits.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            SignalRoom();
        }
    }

    /// <summary>Completes when there is room for a frame, or the buffer is closed.</summary>
    internal Task WaitForRoom()
    {
        lock (_lock)
        {
            return _isClosed || _written - _read < capacity
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Takes waiting frames, up to the next title or loss. Does not wait.</summary>
    /// <param name="pcm">Room for at least one frame.</param>
    /// <param name="read">The frames, or the end.</param>
    /// <returns><see langword="false"/> if there is no sound yet.</returns>
    /// <exception cref="IOException">The sound has ended with an error, and everything before was read.</exception>
    internal bool TryRead(Span<float> pcm, out SourceRead read)
    {
        lock (_lock)
        {
            if (_written > _read)
            {
                read = Take(pcm);
                return true;
            }

            if (_problem is not null)
            {
                throw new IOException(_problem.Message, _problem);
            }

            _news.Reset();
            read = SourceRead.End;
            return _hasEnded;
        }
    }

    /// <summary>After <see cref="TryRead"/> found no sound: waits for some, or the end.</summary>
    /// <returns><see langword="false"/> if none came in time.</returns>
    internal bool WaitForSound(TimeSpan longest, CancellationToken cancellationToken) => _news.Wait(longest, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();

    private void Push(ReadOnlySpan<float> pcm, int frames)
    {
        lock (_lock)
        {
            long excess = _written - _read + frames - capacity;
            if (excess > 0)
            {
                _read += excess;
                _droppedAt = _read;
            }

            // Of a block that is longer than the buffer, only the end fits.
            int skipped = Math.Max(0, frames - capacity);
            _written += skipped;
            Put(pcm.IsEmpty ? pcm : pcm[(skipped * format.Channels)..], frames - skipped);
        }
    }

    /// <summary>Writes so many frames: the given ones, or zeros if none are given. There is room.</summary>
    private void Put(ReadOnlySpan<float> pcm, int frames)
    {
        if (frames == 0)
        {
            return;
        }

        int length = frames * format.Channels;
        long at = _written * format.Channels;
        if (pcm.IsEmpty)
        {
            SampleRing.Clear(_samples, at, length);
        }
        else
        {
            SampleRing.Write(_samples, at, pcm[..length]);
        }

        _titles.Place(_written, format);
        _written += frames;
        _news.Set();
    }

    private SourceRead Take(Span<float> pcm)
    {
        TrackInfo? track = _titles.TakeUntil(_read);
        bool isAfterLoss = TakeLosses();
        long end = _titles.Limit(Math.Min(_written, _read + (pcm.Length / format.Channels)));
        end = _losses.TryPeek(out long next) ? Math.Min(end, next) : end;
        int frames = (int)(end - _read);
        SampleRing.Read(_samples, _read * format.Channels, pcm[..(frames * format.Channels)]);
        _read = end;
        SignalRoom();
        return new SourceRead(frames, track, isAfterLoss);
    }

    /// <summary>Takes the losses before the next frame to be read.</summary>
    /// <returns>Whether there are any.</returns>
    private bool TakeLosses()
    {
        bool isLost = _droppedAt == _read;
        _droppedAt = -1;
        while (_losses.TryPeek(out long loss) && loss <= _read)
        {
            _losses.Dequeue();
            isLost = true;
        }

        return isLost;
    }

    private void SignalRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
