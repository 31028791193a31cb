using Linnet.Audio;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Opens the next file that can be played, in the station's format, and skips those that cannot.</summary>
internal sealed class TrackQueue(
    string name, PlayOrder order, Func<PlaylistEntry, CancellationToken, IAudioSource> open, ILogger logger)
{
    /// <summary>A round with less sound than this does not repeat: it would only open and close files.</summary>
    private static readonly TimeSpan ShortestRound = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// After this many consecutive files that cannot be played, it checks whether the list itself is gone, and stops logging each file.
    /// </summary>
    private const int LongestRow = 8;

    /// <summary>
    /// Maximum number of files whose conversion is remembered as logged; further ones are not logged. Also the maximum number of problems
    /// remembered from round to round.
    /// </summary>
    private const int MostTold = 4096;

    private readonly HashSet<(string Path, AudioFormat Format)> _told = [];
    private HashSet<string> _problemsBefore = [];
    private HashSet<string> _problems = [];
    private int _problemsOf;
    private TimeSpan _soundInRound;
    // The problems of consecutive files that could not be played.
    private readonly List<string> _row = [];
    private int _skipped;
    private bool _hasFailed;
    private string _lastProblem = "";

    /// <summary>The station's format, which is that of the first track.</summary>
    internal AudioFormat Format { get; private set; }

    /// <summary>The next track; <see langword="null"/> after the last.</summary>
    /// <exception cref="IOException">No file of a whole round can be played, or the round is too short to repeat.</exception>
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

    /// <summary>If the folder is gone, waits for it, rather than skipping file by file.</summary>
    private void ThrowIfListHasGone()
    {
        // Not for every file, so that a long list of bad files is not read again as often.
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
    /// Whether a problem did not occur in the previous round: a lasting problem is logged once, and again when it returns.
    /// </summary>
    private bool IsNews(string problem)
    {
        if (_problemsOf != order.Rounds)
        {
            // If more than one round has begun, there was a round without problems between.
            (_problemsBefore, _problems, _problemsOf) = (order.Rounds == _problemsOf + 1 ? _problems : [], [], order.Rounds);
        }

        if (_problems.Count < MostTold)
        {
            _problems.Add(problem);
        }

        return !_problemsBefore.Contains(problem);
    }

    /// <summary>Logs the problem now; retries do not log it again until a file can be played.</summary>
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
            throw Failure($"{name} is too short to repeat: {sound.TotalMilliseconds:F1} ms.");
        }
    }
}
