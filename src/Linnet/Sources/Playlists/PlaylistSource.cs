using Linnet.Audio;
using Linnet.Clock;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Plays files without gaps: a folder, a playlist, or one file that repeats.</summary>
/// <remarks>
/// The first file that can be played sets the format; others are converted to it. A file that is damaged or missing is skipped and logged
/// once. While one file plays, the next is opened on another thread, by a task that ends with the source. If no file can be opened, it
/// retries with growing pauses while there is still something to play; then the source fails. Opened again with the same queue, it
/// continues after the last file that was played.
/// </remarks>
public sealed class PlaylistSource : IAudioSource
{
    /// <summary>Maximum number of damaged tracks remembered; further ones are not logged.</summary>
    private const int MostDamage = 1000;

    private readonly HashSet<string> _damage = [];
    private readonly string _name;
    private readonly TrackQueue _queue;
    private readonly TimeProvider _time;
    private readonly Backoff _backoff = new(RetriedSource.MinWait, RetriedSource.MaxWait, new Random());
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private ReadyTrack? _current;
    private (PlaylistEntry Entry, TrackInfo? Track)? _announced;
    private Task<ReadyTrack?>? _next;
    private long? _triedAgainAt;

    private PlaylistSource(string name, TrackQueue queue, ReadyTrack? first, TimeProvider time, ILogger logger)
    {
        _name = name;
        _queue = queue;
        _time = time;
        _logger = logger;
        _current = first;
        Format = queue.Format;
        BitDepth = first?.BitDepth ?? 0;
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>The bit depth of the first file: files with more bits are rounded to it if the rendition is integer PCM.</summary>
    public int BitDepth { get; }

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <summary>The track that is ready to follow.</summary>
    public TrackInfo? Upcoming => Volatile.Read(ref _next) is { IsCompletedSuccessfully: true } next ? next.Result?.Track : null;

    /// <summary>Opens the first file that can be played.</summary>
    /// <param name="name">Name of the list in the log and in errors: its path.</param>
    /// <param name="list">Returns the files. Called for each round, so that new files in a folder are played, too.</param>
    /// <param name="open">Opens a file, or throws <see cref="IOException"/>.</param>
    /// <param name="loop">Whether to repeat.</param>
    /// <param name="shuffle">Shuffles each round; <see langword="null"/> to keep the order of the list.</param>
    /// <param name="logger">Logs skipped files.</param>
    /// <param name="cancellationToken">Ends the wait for the first file.</param>
    /// <exception cref="IOException">No file can be played; the message is a sentence for the user.</exception>
    public static PlaylistSource Open(
        string name,
        Func<IReadOnlyList<PlaylistEntry>> list,
        Func<PlaylistEntry, CancellationToken, IAudioSource> open,
        bool loop,
        Random? shuffle,
        ILogger logger,
        CancellationToken cancellationToken = default)
    {
        var queue = new TrackQueue(name, new PlayOrder(name, list, loop, shuffle, logger), open, logger);
        return Open(name, queue, TimeProvider.System, logger, cancellationToken);
    }

    /// <summary>Opens the next file in the queue that can be played; the queue outlives the source.</summary>
    internal static PlaylistSource Open(
        string name, TrackQueue queue, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        ReadyTrack? first = queue.OpenNext(cancellationToken);
        return first is null && queue.Format == default
            ? throw new IOException($"{name} has no audio.")
            : new PlaylistSource(name, queue, first, time, logger);
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        while (true)
        {
            OpenAhead();
            _current ??= TakeNext(cancellationToken);
            if (_current is null)
            {
                return SourceRead.End;
            }

            SourceRead read = ReadCurrent(pcm, cancellationToken);
            if (read.Frames > 0)
            {
                return read.Track is null ? read : Announce(read);
            }

            _current.Dispose();
            _current = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        _current?.Dispose();
        _current = null;
        try
        {
            _next?.GetAwaiter().GetResult()?.Dispose();
        }
        catch (Exception)
        {
            // The track is not needed any more.
        }

        _next = null;
        _closing.Dispose();
    }

    private void OpenAhead()
    {
        if (_next is { IsFaulted: true } && _current is not null)
        {
            _triedAgainAt ??= _time.GetTimestamp() + _backoff.Next().InTicks(_time);
            if (_time.GetTimestamp() >= _triedAgainAt)
            {
                (_next, _triedAgainAt) = (null, null);
            }
        }

        _next ??= Task.Run(() => _queue.OpenNext(_closing.Token), CancellationToken.None);
    }

    /// <summary>Waits for the track being opened. After the last track it keeps returning <see langword="null"/>.</summary>
    private ReadyTrack? TakeNext(CancellationToken cancellationToken)
    {
        ReadyTrack? track = _next!.WaitAsync(cancellationToken).GetAwaiter().GetResult();
        if (track is not null)
        {
            _next = null;
            _backoff.Reset();
        }

        return track;
    }

    /// <summary>Announces a new track. A file that repeats is not a new track, but it may contain several.</summary>
    private SourceRead Announce(SourceRead read)
    {
        bool isSame = _announced is { } announced && _current!.Entry.IsSameSound(announced.Entry) && announced.Track == read.Track;
        _announced = (_current!.Entry, read.Track);
        return isSame ? read with { Track = null } : read;
    }

    private SourceRead ReadCurrent(Span<float> pcm, CancellationToken cancellationToken)
    {
        try
        {
            return _current!.Read(pcm, cancellationToken);
        }
        catch (IOException e)
        {
            // A damaged file fails in every round; log it once.
            if (_damage.Count < MostDamage && _damage.Add(e.Message))
            {
                _logger.TrackBrokeOff(_name, e.Message);
            }

            return SourceRead.End;
        }
    }
}
