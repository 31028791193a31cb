using Linnet.Audio;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>Opens the next file that can be played, in the station's format, and passes over those that cannot.</summary>
internal sealed class TrackQueue(
    string name, PlayOrder order, Func<PlaylistEntry, CancellationToken, IAudioSource> open, ILogger logger)
{
    /// <summary>A round with less sound than this is not begun again: it would be all opening and closing.</summary>
    private static readonly TimeSpan ShortestRound = TimeSpan.FromMilliseconds(20);

    private TimeSpan _soundInRound;
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
            if (order.IsRoundOver && order.Rounds > 0)
            {
                ThrowIfRoundWasEmpty();
            }

            if (!order.TryNext(out PlaylistEntry entry))
            {
                return null;
            }

            try
            {
                ReadyTrack track = Open(entry, cancellationToken);
                _soundInRound += track.Format.DurationOf(track.HeadFrames);
                return track;
            }
            catch (IOException e)
            {
                _lastProblem = e.Message;
                if (order.RoundLength > 1)
                {
                    logger.TrackSkipped(name, e.Message);
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
            logger.TrackConverted(name, entry.Path, source.Format.ToString(), Format.ToString());
            source = new ConvertingSource(source, Format);
        }

        return ReadyTrack.Prepare(source, entry, cancellationToken);
    }

    private void ThrowIfRoundWasEmpty()
    {
        TimeSpan sound = _soundInRound;
        _soundInRound = TimeSpan.Zero;
        if (sound == TimeSpan.Zero)
        {
            throw new IOException(order.RoundLength == 1
                ? _lastProblem
                : $"None of the {order.RoundLength} files of {name} can be played. The last one: {_lastProblem}");
        }

        if (sound < ShortestRound && order.Loops)
        {
            throw new IOException($"{name} is too short to be repeated: {sound.TotalMilliseconds:F1} ms.");
        }
    }
}
