using Linnet.Audio;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Opens the next file that can be played, in the station's format, and passes over those that cannot.</summary>
internal sealed class TrackQueue(
    string name, PlayOrder order, Func<PlaylistEntry, CancellationToken, IAudioSource> open, ILogger logger)
{
    /// <summary>A round with less sound than this is not begun again: it would be all opening and closing.</summary>
    private static readonly TimeSpan ShortestRound = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// After so many in a row that could not be played it is asked whether the list itself has gone; no more of them are logged one by one.
    /// </summary>
    private const int LongestRow = 8;

    /// <summary>
    /// Files whose conversion has been told and is not told again; of more than these it is not told at all. And problems that are
    /// remembered from round to round.
    /// </summary>
    private const int MostTold = 4096;

    private readonly HashSet<(string Path, AudioFormat Format)> _told = [];
    private HashSet<string> _problemsBefore = [];
    private HashSet<string> _problems = [];
    private int _problemsOf;
    private TimeSpan _soundInRound;
    // Of the files in a row that could not be played.
    private readonly List<string> _row = [];
    private int _skipped;
    private bool _hasFailed;
    private string _lastProblem = "";

    /// <summary>The station's format: that of the first track.</summary>
    internal AudioFormat Format { get; private set; }

    /// <summary>The next track; <see langword="null"/> after the last.</summary>
    /// <exception cref="IOException">A whole round of files could not be played, or is too short to go on with.</exception>
    internal ReadyTrack? OpenNext(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfListHasGone();

            if (order.IsRoundOver && order.Rounds > 0)
            {
                ThrowIfRoundWasEmpty();
            }

            if (!order.TryNext(out PlaylistEntry entry))
            {
                EndRow();
                return null;
            }

            try
            {
                ReadyTrack track = Open(entry, cancellationToken);
                _soundInRound += track.Format.DurationOf(track.HeadFrames);
                order.Heard();
                EndRow();
                _hasFailed = false;
                return track;
            }
            catch (IOException e)
            {
                _lastProblem = e.Message;
                _skipped++;
                if (_skipped <= LongestRow)
                {
                    _row.Add(e.Message);
                }
            }
        }
    }

    private ReadyTrack Open(PlaylistEntry entry, CancellationToken cancellationToken)
    {
        IAudioSource source = open(entry, cancellationToken);
        if (Format == default)
        {
            ReadyTrack first = ReadyTrack.Prepare(source, entry, cancellationToken);
            Format = first.Format;
            return first;
        }

        if (source.Format != Format)
        {
            if (_told.Count < MostTold && _told.Add((entry.Shown, source.Format)))
            {
                logger.TrackConverted(name, entry.Shown, source.Format.ToString(), Format.ToString());
            }

            source = new ConvertingSource(source, Format);
        }

        return ReadyTrack.Prepare(source, entry, cancellationToken);
    }

    /// <summary>A folder that is away is waited for, rather than passed over file by file.</summary>
    private void ThrowIfListHasGone()
    {
        // Not for each file, so that a long list of which none can be played is not listed as often.
        bool isTime = _skipped == LongestRow || (_skipped > 0 && order.IsRoundOver);
        if (isTime && order.ProblemOfList() is string problem)
        {
            _row.Clear();
            _skipped = 0;
            throw Failure(problem);
        }
    }

    private void EndRow()
    {
        if (order.RoundLength > 1 && !_hasFailed)
        {
            string[] news = [.. _row.Where(IsNews)];
            foreach (string problem in news)
            {
                logger.TrackSkipped(name, problem);
            }

            if (_skipped > _row.Count && (IsNews(_lastProblem) || news.Length > 0))
            {
                logger.MoreTracksSkipped(name, _skipped - _row.Count, _lastProblem);
            }
        }

        _row.Clear();
        _skipped = 0;
    }

    /// <summary>
    /// Whether a problem was not there in the round before: one that stays is told once, and again when it has come back.
    /// </summary>
    private bool IsNews(string problem)
    {
        if (_problemsOf != order.Rounds)
        {
            // A round without any problem lies between where more than one has begun.
            (_problemsBefore, _problems, _problemsOf) = (order.Rounds == _problemsOf + 1 ? _problems : [], [], order.Rounds);
        }

        if (_problems.Count < MostTold)
        {
            _problems.Add(problem);
        }

        return !_problemsBefore.Contains(problem);
    }

    /// <summary>What is said of it now is not said again for each try: nothing is until a file can be played.</summary>
    private IOException Failure(string problem)
    {
        EndRow();
        order.Resume();
        _hasFailed = true;
        return new IOException(problem);
    }

    private void ThrowIfRoundWasEmpty()
    {
        TimeSpan sound = _soundInRound;
        _soundInRound = TimeSpan.Zero;
        if (sound == TimeSpan.Zero)
        {
            throw Failure(order.RoundLength == 1
                ? _lastProblem
                : $"None of the {order.RoundLength} files of {name} can be played. The last one: {_lastProblem}");
        }

        if (sound < ShortestRound && order.Loops)
        {
            throw Failure($"{name} is too short to be repeated: {sound.TotalMilliseconds:F1} ms.");
        }
    }
}
