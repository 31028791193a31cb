using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>Plays a stream into something that has no clock: every frame once, in order, as soon as it can be told.</summary>
/// <remarks>
/// Nothing is resampled, so what was sent lossless comes out bit-exact. A missing packet is waited for until it would have been
/// played, and at least for the same delay after a later one came (a burst brings everything overdue, and reordered all the same).
/// <para>
/// Where one stream ends and another begins, after a reconnect for example, their positions have nothing to do with each other. How much is
/// missing between them is told by our clock: by when the first would have gone on, and when the second began, each as it comes undelayed.
/// That is as exact as the path is even; less than <see cref="Tolerance"/> counts as nothing, so that streams that follow each other at
/// once do.
/// </para>
/// Used by the thread that plays.
/// </remarks>
internal sealed class SequentialPlayout(JitterBuffer buffer, PlayoutDecoder decoder, MediaTimeline media, int channels, DelayTarget target)
{
    /// <summary>Between two streams so much may be the path's jitter.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    private readonly int _tolerance = (int)(Tolerance.TotalSeconds * media.SampleRate);
    private ArrivalLine? _line;
    private long? _continuesAt;

    /// <summary>When its next frame would come if the stream went on; <see langword="null"/> if there was none.</summary>
    internal long? EndsAt => _line?.ArrivalOf(decoder.Position) ?? _continuesAt;

    /// <summary>Says when the sound that this one follows would have gone on. Before the first <see cref="Take"/>.</summary>
    internal void ContinueFrom(long? endsAt) => _continuesAt = endsAt;

    /// <summary>Gives what can be told by now.</summary>
    /// <param name="pcm">Interleaved, in the stream's format.</param>
    /// <param name="now">In ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <param name="timeline">When positions are due.</param>
    /// <param name="startIsKnown">Whether position 0 and sequence 0 are the first, as the sender said.</param>
    /// <param name="isOver">Whether nothing more will come.</param>
    /// <returns>Frames written.</returns>
    internal int Take(Span<float> pcm, long now, PlayoutTimeline timeline, bool startIsKnown, bool isOver)
    {
        if (timeline.Stream == decoder.Stream)
        {
            _line = timeline.Line;
        }

        if (!buffer.HasBegun && !Begin(now, timeline, startIsKnown, isOver))
        {
            return 0;
        }

        int written = 0;
        int room = pcm.Length / channels;
        while (written < room && TryPrepare(now, timeline, isOver))
        {
            int frames = Math.Min(room - written, decoder.Sound.Length / channels);
            decoder.Sound[..(frames * channels)].CopyTo(pcm[(written * channels)..]);
            decoder.Consume(frames);
            written += frames;
        }

        return written;
    }

    // Without a hint the first packet to arrive need not be the first that was sent.
    private bool Begin(long now, PlayoutTimeline timeline, bool startIsKnown, bool isOver)
    {
        if (startIsKnown && (_continuesAt is null || IsLearnt(now, timeline, isOver)))
        {
            decoder.MoveTo(-MissingBefore(timeline.Line.ArrivalOf(0)), stream: 0);
            _continuesAt = null;
        }

        return (startIsKnown && _continuesAt is null) || IsLearnt(now, timeline, isOver);
    }

    // By then it is known how late its first packets came.
    private bool IsLearnt(long now, PlayoutTimeline timeline, bool isOver) => isOver || now - timeline.FirstArrivedAt >= target.Ticks;

    /// <summary>Goes on with the stream that comes next, if it is time to, behind a silence as long as what is missing.</summary>
    /// <returns><see langword="false"/>: it is too early.</returns>
    private bool TryChangeStream(long now, PlayoutTimeline timeline, bool isOver)
    {
        if (decoder.Sound.Length > 0 || !buffer.TryFind(buffer.Head, out BufferedPacket next) || next.Stream == decoder.Stream
            || EndsAt is null)
        {
            return true;
        }

        // A third one may have begun meanwhile; then its line says nothing of this one.
        bool isNewest = timeline.Stream == next.Stream;
        if (isNewest && !IsLearnt(now, timeline, isOver))
        {
            return false;
        }

        long missing =
            isNewest && !timeline.FollowsByTime ? 0 : MissingBefore(isNewest ? timeline.Line.ArrivalOf(next.Position) : next.ArrivedAt);
        decoder.MoveTo(next.Position - missing, next.Stream);
        (_line, _continuesAt) = (isNewest ? timeline.Line : null, null);
        return true;
    }

    /// <summary>Frames between what was heard and what comes next, if the one begins when the other would have gone on.</summary>
    private long MissingBefore(long beginsAt)
    {
        long missing = EndsAt is long endsAt ? (media with { Epoch = endsAt }).PositionAt(beginsAt) : 0;
        return missing > _tolerance ? missing : 0;
    }

    private bool TryPrepare(long now, PlayoutTimeline timeline, bool isOver)
    {
        if (!TryChangeStream(now, timeline, isOver))
        {
            return false;
        }

        PlayoutStep step = decoder.Prepare(giveUp: isOver);
        if (step == PlayoutStep.Missing)
        {
            long expectedAt = Math.Max(timeline.Line.ArrivalOf(decoder.Position), decoder.Next.ArrivedAt);
            step = now - expectedAt >= target.Ticks ? decoder.Prepare(giveUp: true) : step;
        }

        return step == PlayoutStep.Ready;
    }
}
