using Linnet.Audio;
using Linnet.Clock;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>
/// A source that is opened again when it has failed. Until that succeeds it gives silence, so that the station's time goes on.
/// </summary>
/// <remarks>
/// <c>open → read → failure → silence and, beside it, open again with a growing pause → read</c>. The source is opened on a thread of its
/// own, which also waits for its first frames: the station never waits for what is not back yet, however often it can be opened and then
/// gives nothing. What comes back in another format is converted to the first one.
/// </remarks>
internal sealed class RetriedSource : IAudioSource
{
    /// <summary>The pause before the first try to open it again.</summary>
    internal static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause: to look whether a file or a device is there costs nobody anything.</summary>
    internal static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>A source that has given so much sound is back. One that fails earlier was not.</summary>
    internal static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    /// <summary>A source that has given so much sound is healthy: its next failure is a first one again.</summary>
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

    /// <summary>That of the first one: what comes back deeper is rounded to it where the rendition is integer PCM.</summary>
    public int BitDepth { get; }

    /// <inheritdoc/>
    public bool IsLive { get; }

    /// <inheritdoc/>
    public bool IsStored { get; }

    /// <inheritdoc/>
    public TimeSpan? Duration { get; }

    /// <inheritdoc/>
    public string? Outage => _outage;

    /// <summary>
    /// Opens it for the first time. If that fails, it has failed: nothing is known of it yet, and a person is there who may have mistyped.
    /// </summary>
    /// <param name="name">What people call it.</param>
    /// <param name="open">Opens it; called again, on another thread, after each failure.</param>
    /// <param name="atEnd">What people are told when it ends, where it is opened again then, too; <see langword="null"/>: its end is the
    /// end.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of each failure, and when the source is back.</param>
    /// <param name="cancellationToken">Ends the first opening.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
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

    /// <summary>Lets go of the source, and ends the search for it.</summary>
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
            // Nobody wants it any more.
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

    /// <summary>Says once that a live source's sound does not follow what was read before: time was lost while nothing came.</summary>
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

        // That what was heard has ended is no failure: the next is not waited for any longer.
        if (hasEnded && _sound >= Format.FramesIn(Settled))
        {
            _backoff.Reset();
        }

        _outage = $"{_name} is waited for: {problem}";
        _silence = new MediaTimeline(_time.GetTimestamp(), Format.SampleRate, _time.TimestampFrequency);
        _silent = 0;

        // It may wait for days, for the writer of a pipe: no thread of the pool is to be missing for so long.
        CancellationToken closing = _closing.Token;
        try
        {
            _reopening = Task.Factory.StartNew(
                () => Reopen(lost, closing), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (TaskSchedulerException)
        {
            // There is no room for another thread in this process. The station plays on all the same.
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
            // It has failed already.
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
                _outage = $"{_name} is waited for: {e.Message}";
            }
        }
    }

    /// <summary>A device that hangs can be opened as ever: only what gives sound, or an end that is one, is back.</summary>
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
    /// Silence for as long as nothing else is there: as much as is wanted, or for who follows the clock of a live source, as much as has
    /// become due.
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
