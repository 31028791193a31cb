using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>Plays a stream to a sink without a clock: every frame once, in order, as soon as it is certain.</summary>
/// <remarks>
/// Nothing is resampled, so a lossless stream stays bit-exact. It waits for a missing packet until the packet would have been played,
/// and at least for the same delay after a later one arrived (in a burst everything is overdue, and may still be reordered).
/// <para>
/// If one stream ends and another begins, for example after a reconnect, their positions are unrelated. Our clock shows how much is
/// missing between them: the time from when the first would have continued to when the second began, each as it arrives undelayed. That
/// is as exact as the path is steady. Less than <see cref="Tolerance"/> counts as zero, so that streams that follow each other directly
/// do so in the output.
/// </para>
/// Used by the playing thread.
/// </remarks>
internal sealed class SequentialPlayout(JitterBuffer buffer, PlayoutDecoder decoder, MediaTimeline media, int channels, DelayTarget target)
{
    /// <summary>A smaller gap between two streams may be the path's jitter.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    private readonly int _tolerance = (int)(Tolerance.TotalSeconds * media.SampleRate);
    private ArrivalLine? _line;
    private long? _continuesAt;

    /// <summary>When the next frame would arrive if the stream continued; <see langword="null"/> if there was none.</summary>
    internal long? EndsAt => _line?.ArrivalOf(decoder.Position) ?? _continuesAt;

    /// <summary>Sets when the previous audio would have continued. Call before the first <see cref="Take"/>.</summary>
    internal void ContinueFrom(long? endsAt) => _continuesAt = endsAt;

    /// <summary>Gets the audio that is ready.</summary>
    /// <param name="pcm">Interleaved, in the stream's format.</param>
    /// <param name="now">The current time, in ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <param name="timeline">The newest timeline.</param>
    /// <param name="startIsKnown">Whether the sender announced position 0 and sequence 0 as the first.</param>
    /// <param name="isOver">Whether no more packets will come.</param>
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

    // Without a hint, the first packet to arrive need not be the first that was sent.
    private bool Begin(long now, PlayoutTimeline timeline, bool startIsKnown, bool isOver)
    {
        if (startIsKnown && (_continuesAt is null || IsLearnt(now, timeline, isOver)))
        {
            decoder.MoveTo(-MissingBefore(timeline.Line.ArrivalOf(0)), stream: 0);
            _continuesAt = null;
        }

        return (startIsKnown && _continuesAt is null) || IsLearnt(now, timeline, isOver);
    }

    // By then it is known how late the first packets were.
    private bool IsLearnt(long now, PlayoutTimeline timeline, bool isOver) => isOver || now - timeline.FirstArrivedAt >= target.Ticks;

    /// <summary>Changes to the next stream if it is time to, after a silence as long as the gap between them.</summary>
    /// <returns><see langword="false"/> if it is too early.</returns>
    private bool TryChangeStream(long now, PlayoutTimeline timeline, bool isOver)
    {
        if (decoder.Sound.Length > 0 || !buffer.TryFind(buffer.Head, out BufferedPacket next) || next.Stream == decoder.Stream
            || EndsAt is null)
        {
            return true;
        }

        // If a third stream has begun since, the newest timeline does not apply to this one.
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

    /// <summary>
    /// Gets the gap, in frames, between the previous audio and the next stream, which begins at <paramref name="beginsAt"/>.
    /// </summary>
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
