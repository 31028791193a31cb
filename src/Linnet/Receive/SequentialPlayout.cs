namespace Linnet.Receive;

/// <summary>Plays a stream into something that has no clock: every frame once, in order, as soon as it can be told.</summary>
/// <remarks>
/// Nothing is resampled, so what was sent lossless comes out bit-exact. A missing packet is waited for until it would have been
/// played, and at least for the same delay after a later one came (a burst brings everything overdue, and reordered all the same).
/// Used by the thread that plays.
/// </remarks>
internal sealed class SequentialPlayout(JitterBuffer buffer, PlayoutDecoder decoder, int channels, DelayTarget target)
{
    /// <summary>Gives what can be told by now.</summary>
    /// <param name="pcm">Interleaved, in the stream's format.</param>
    /// <param name="now">In ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <param name="timeline">When positions are due.</param>
    /// <param name="startIsKnown">Whether position 0 and sequence 0 are the first, as the sender said.</param>
    /// <param name="isOver">Whether nothing more will come.</param>
    /// <returns>Frames written.</returns>
    internal int Take(Span<float> pcm, long now, PlayoutTimeline timeline, bool startIsKnown, bool isOver)
    {
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
        if (startIsKnown)
        {
            decoder.MoveTo(0, stream: 0);
        }

        return startIsKnown || isOver || now - timeline.FirstArrivedAt >= target.Ticks;
    }

    private bool TryPrepare(long now, PlayoutTimeline timeline, bool isOver)
    {
        PlayoutStep step = decoder.Prepare(giveUp: isOver);
        if (step == PlayoutStep.Missing)
        {
            long expectedAt = Math.Max(timeline.Line.ArrivalOf(decoder.Position), decoder.Next.ArrivedAt);
            step = now - expectedAt >= target.Ticks ? decoder.Prepare(giveUp: true) : step;
        }

        return step == PlayoutStep.Ready;
    }
}
