using Linnet.Audio;
using Linnet.Clock;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>
/// Reopens a source that has failed. Gives silence until that succeeds, so that the station keeps running.
/// </summary>
/// <remarks>
/// <c>open → read → failure → silence, while opening again with growing pauses → read</c>. The source is opened on its own thread, which
/// also waits for the first frames: the station never waits for a source that is not back yet, even if it opens but gives nothing. If it
/// comes back in another format, it is converted to the first one.
/// </remarks>
internal sealed class RetriedSource : IAudioSource
{
    /// <summary>The pause before the first try to open it again.</summary>
    internal static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause: checking for a file or a device costs little.</summary>
    internal static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>A source is back when it has given this much sound.</summary>
    internal static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    /// <summary>After this much sound a source is healthy: its next failure starts again with the first pause.</summary>
    internal static readonly TimeSpan Healthy = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SilenceStep = TimeSpan.FromMilliseconds(10);

    private readonly string _name;
    private readonly Func<CancellationToken, IAudioSource> _open;
    private readonly string? _atEnd;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _backoff = new(MinWait, MaxWait, new Random());
    private readonly CancellationTokenSource _closing = new();
    private IAudioSource? _source;
    private Task<StartedSource>? _reopening;
    private volatile string? _outage;
    private long _lostAt;
    private long _sound;
    private MediaTimeline _silence;
    private long _silent;
    private bool _isBroken;

    private RetriedSource(
        string name, IAudioSource source, Func<CancellationToken, IAudioSource> open, string? atEnd, TimeProvider time, ILogger logger)
    {
        _name = name;
        _source = source;
        _open = open;
        _atEnd = atEnd;
        _time = time;
        _logger = logger;
        (Format, BitDepth, IsLive, IsStored, Duration) = (source.Format, source.BitDepth, source.IsLive, source.IsStored, source.Duration);
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>The bit depth of the first source: a later one with more bits is rounded to it if the rendition is integer PCM.</summary>
    public int BitDepth { get; }

    /// <inheritdoc/>
    public bool IsLive { get; }

    /// <inheritdoc/>
    public bool IsStored { get; }

    /// <inheritdoc/>
    public TimeSpan? Duration { get; }

    /// <inheritdoc/>
    public string? Outage => _outage;

    /// <inheritdoc/>
    public TrackInfo? Upcoming => _source?.Upcoming;

    /// <summary>
    /// Opens the source for the first time. If that fails, there is no retry: the format is unknown, and the user may have mistyped the
    /// name.
    /// </summary>
    /// <param name="name">Name of the source, for messages.</param>
    /// <param name="open">Opens the source; called again, on another thread, after each failure.</param>
    /// <param name="atEnd">The message for its end, if it is opened again then, too; <see langword="null"/> if the end is final.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs each failure, and when the source is back.</param>
    /// <param name="cancellationToken">Cancels the first opening.</param>
    /// <exception cref="IOException">The source cannot be opened.</exception>
    internal static RetriedSource Open(
        string name, Func<CancellationToken, IAudioSource> open, string? atEnd, TimeProvider time, ILogger logger,
        CancellationToken cancellationToken) =>
        new(name, open(cancellationToken), open, atEnd, time, logger);

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_reopening is { IsCompletedSuccessfully: true } opened)
        {
            (_source, _reopening, _sound, _isBroken) = (opened.Result, null, 0, IsLive);
        }

        if (_source is not null)
        {
            try
            {
                SourceRead read = _source.ReadSound(pcm, cancellationToken);
                if (read.Frames > 0)
                {
                    return Heard(read);
                }

                if (_atEnd is null)
                {
                    return SourceRead.End;
                }

                Lose(_atEnd, hasEnded: true);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Lose(e.Message, hasEnded: false);
            }
        }

        int frames = Silence(pcm, cancellationToken);
        return Told(new SourceRead(frames));
    }

    /// <summary>Closes the source, and stops trying to open it again.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _source?.Dispose();
        _source = null;
        try
        {
            _reopening?.GetAwaiter().GetResult().Dispose();
        }
        catch (Exception)
        {
            // It is not needed any more.
        }

        _reopening = null;
        _closing.Dispose();
    }

    private SourceRead Heard(SourceRead read)
    {
        _sound += read.Frames;
        if (_outage is not null && _sound >= Format.FramesIn(Settled))
        {
            _outage = null;
            _logger.SourceIsBack(_name, _time.GetElapsedTime(_lostAt).TotalSeconds);
        }

        if (_sound >= Format.FramesIn(Healthy))
        {
            _backoff.Reset();
        }

        return Told(read);
    }

    /// <summary>Reports once that a live source's sound does not follow what was read before: time passed without sound.</summary>
    private SourceRead Told(SourceRead read)
    {
        bool isBroken = _isBroken;
        _isBroken = false;
        return isBroken ? read with { Discontinuity = true } : read;
    }

    private void Lose(string problem, bool hasEnded)
    {
        IAudioSource lost = _source!;
        (_source, _isBroken) = (null, IsLive);
        if (_outage is null)
        {
            _lostAt = _time.GetTimestamp();
            if (hasEnded)
            {
                _logger.SourceEnded(_name, problem);
            }
            else
            {
                _logger.SourceLost(_name, problem);
            }
        }

        // The end of sound that was played is not a failure, so the next wait is short.
        if (hasEnded && _sound >= Format.FramesIn(Settled))
        {
            _backoff.Reset();
        }

        _outage = $"{_name} is unavailable: {problem}";
        _silence = new MediaTimeline(_time.GetTimestamp(), Format.SampleRate, _time.TimestampFrequency);
        _silent = 0;

        // It may wait for days for a pipe's writer, so it must not block a thread of the pool.
        CancellationToken closing = _closing.Token;
        try
        {
            _reopening = Task.Factory.StartNew(
                () => Reopen(lost, closing), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (TaskSchedulerException)
        {
            // The process cannot start another thread. The station plays on all the same.
            _reopening = Task.Run(() => Reopen(lost, closing), CancellationToken.None);
        }
    }

    private StartedSource Reopen(IAudioSource lost, CancellationToken cancellationToken)
    {
        try
        {
            lost.Dispose();
        }
        catch (Exception)
        {
            // It has already failed.
        }

        while (true)
        {
            Task.Delay(_backoff.Next(), _time, cancellationToken).GetAwaiter().GetResult();
            try
            {
                return OpenAndStart(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                _outage = $"{_name} is unavailable: {e.Message}";
            }
        }
    }

    /// <summary>Opens the source and waits for sound or an expected end: a device that hangs can still be opened.</summary>
    private StartedSource OpenAndStart(CancellationToken cancellationToken)
    {
        IAudioSource source = _open(cancellationToken);
        try
        {
            source = source.Format == Format ? source : new ConvertingSource(source, Format);
            StartedSource started = StartedSource.Start(source, cancellationToken);
            return started.IsEmpty && _atEnd is not null ? throw new IOException(_atEnd) : started;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Gives silence until the source is back: as much as is requested or, for a live source, as much as is due by the clock.
    /// </summary>
    private int Silence(Span<float> pcm, CancellationToken cancellationToken)
    {
        int frames = pcm.Length / Format.Channels;
        if (IsLive)
        {
            while (_silence.PositionAt(_time.GetTimestamp()) <= _silent)
            {
                Task.Delay(SilenceStep, _time, cancellationToken).GetAwaiter().GetResult();
            }

            frames = (int)Math.Min(frames, _silence.PositionAt(_time.GetTimestamp()) - _silent);
            _silent += frames;
        }

        pcm[..(frames * Format.Channels)].Clear();
        return frames;
    }
}
