using Linnet.Audio;
using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>Plays a stream on a device with its own clock: each position at its time on the play-out timeline.</summary>
/// <remarks>
/// A position is due at <c>undelayed arrival + depth + device delay</c>. If the audio plays earlier or later than that, the drift
/// resampler reduces the error to zero. An error too large for it becomes depth, which <see cref="PlayoutDepth"/> adjusts inaudibly. If
/// the error is very large, because the device or the sender stood still, playback jumps. Missing audio is filled, so the device always
/// gets as much as it requests. Used by the device thread. Allocates nothing and does not wait.
/// </remarks>
internal sealed class DevicePlayout
{
    // A burst of history at the start should end before its newest packet counts as the live edge.
    private const double SettleSeconds = 0.02;

    // A single wrong time from the device is ignored.
    private const int BelievedAfter = 3;

    // The largest error, in seconds, that is corrected by pitch: within the inaudible ±0.1 % that takes 5 s.
    private const double MaxSteeredSeconds = 0.005;

    private readonly JitterBuffer _buffer;
    private readonly PlayoutDecoder _decoder;
    private readonly DriftController _controller = new();
    private readonly DriftResampler _resampler;
    private readonly DeviceDelay _device;
    private readonly MediaTimeline _output;
    private readonly int _inputRate;
    private readonly PlayoutDepth _depth;
    private readonly long _maxSteered;
    private readonly long _maxError;
    private readonly long _settle;
    private PlayoutTimeline? _timeline;
    private long _shifted;
    private long _lastHeardAt;
    private int _farOff;
    private bool _isStarved = true;
    private int _tail = -1;
    private long _jumps;
    private long _skipped;
    private long _error;

    /// <param name="buffer">The stream's packets.</param>
    /// <param name="decoder">The stream's decoder.</param>
    /// <param name="stream">The stream's format.</param>
    /// <param name="device">The device's format.</param>
    /// <param name="target">The target delay.</param>
    /// <param name="ticksPerSecond"><see cref="TimeProvider.TimestampFrequency"/>.</param>
    /// <param name="before">The previous device, whose counts continue.</param>
    internal DevicePlayout(
        JitterBuffer buffer, PlayoutDecoder decoder, AudioFormat stream, AudioFormat device, DelayTarget target, long ticksPerSecond,
        DevicePlayout? before = null)
    {
        _jumps = before?.Jumps ?? 0;
        _skipped = before?.SkippedFrames ?? 0;
        _buffer = buffer;
        _decoder = decoder;
        _resampler = new DriftResampler(stream, device);
        _device = new DeviceDelay(ticksPerSecond);
        _output = new MediaTimeline(0, device.SampleRate, ticksPerSecond);
        _inputRate = stream.SampleRate;
        target.LookAhead = InputTicks(_resampler.Lag);
        _depth = new PlayoutDepth(decoder, target, new MediaTimeline(0, stream.SampleRate, ticksPerSecond));
        if (before is not null)
        {
            _depth.Continue(before._depth);
        }

        _maxError = ReceiverOptions.MaxError.InTicks(ticksPerSecond);
        _maxSteered = Math.Min((long)(MaxSteeredSeconds * ticksPerSecond), _maxError);
        _settle = Math.Min((long)(SettleSeconds * ticksPerSecond), target.Ticks / 2);
        Format = device;
    }

    /// <summary>The device's format.</summary>
    internal AudioFormat Format { get; }

    /// <summary>Whether the buffer is empty, or nothing has played yet.</summary>
    internal bool IsStarved => Volatile.Read(ref _isStarved);

    /// <summary>Whether playback follows a timeline.</summary>
    internal bool IsAligned => Volatile.Read(ref _timeline) is not null;

    /// <summary>How late the audio plays, in ticks.</summary>
    internal long Error => Volatile.Read(ref _error);

    /// <summary>How much faster the sender's clock runs than the device's, as a fraction.</summary>
    internal double Drift => _controller.Drift;

    /// <summary>Whether <see cref="Drift"/> was measured long enough to be about right.</summary>
    internal bool IsDriftKnown => _controller.IsSettled;

    /// <summary>How often playback jumped.</summary>
    internal long Jumps => Volatile.Read(ref _jumps);

    /// <summary>Frames of the stream skipped at the start or by jumps.</summary>
    internal long SkippedFrames => Volatile.Read(ref _skipped);

    /// <summary>How long after undelayed arrival audio goes to the device, and how that changed.</summary>
    internal PlayoutDepth Depth => _depth;

    /// <summary>Fills the device's request.</summary>
    /// <param name="pcm">Interleaved, in the device's format. Filled completely until the end.</param>
    /// <param name="heardAt">When the first frame will play.</param>
    /// <param name="now">The current time.</param>
    /// <param name="newest">The newest timeline; <see langword="null"/> before the first packet.</param>
    /// <param name="isOver">Whether no more packets will come.</param>
    /// <returns>Frames written: fewer than requested only at the end, and 0 after it.</returns>
    internal int Read(Span<float> pcm, long heardAt, long now, PlayoutTimeline? newest, bool isOver)
    {
        int channels = Format.Channels;
        int room = pcm.Length / channels;
        _tail = isOver || ReferenceEquals(newest, _timeline) ? _tail : -1;
        _device.Observe(heardAt + _output.DueAt(room) - now);
        Steer(heardAt);

        int written = 0;
        while (written < room && _tail != 0)
        {
            if (_decoder.Sound.IsEmpty)
            {
                Supply(heardAt + _output.DueAt(written), room - written, newest, isOver);
            }

            int most = _tail > 0 ? Math.Min(_tail, room - written) : room - written;
            int frames = _resampler.Process(_decoder.Sound, pcm.Slice(written * channels, most * channels), out int consumed);
            _decoder.Consume(consumed);
            written += frames;
            _tail -= _tail > 0 ? frames : 0;
        }

        return written;
    }

    /// <summary>
    /// When position 0 would have played if the sender's clock had always run at its present rate; <see langword="null"/> before the
    /// first audio.
    /// </summary>
    internal long? OriginHeardAt => Volatile.Read(ref _timeline) is { } timeline ? timeline.Line.Origin + Delay + Error : null;

    private long Delay => _depth.Ticks + _device.Ticks;

    // Measures the play-out error at the first frame of this call, and corrects it.
    private void Steer(long heardAt)
    {
        // The rest of a stream that was replaced twice has no timeline any more.
        if (_timeline is null || _timeline.Stream != _decoder.Stream || _tail >= 0)
        {
            return;
        }

        ArrivalLine line = _timeline.Line;
        _depth.Add(_shifted - line.Shifted);
        _shifted = line.Shifted;
        long due = line.ArrivalOf(_decoder.Position) + Delay - InputTicks(_resampler.Lag);
        long error = heardAt - due;
        if (Math.Abs(error) > _maxSteered || _depth.IsLost)
        {
            if (++_farOff < BelievedAfter)
            {
                return;
            }

            if (Math.Abs(error) > _maxError || _depth.IsLost)
            {
                Volatile.Write(ref _jumps, _jumps + 1);
                Jump(_timeline, heardAt);
            }
            else
            {
                _depth.Add(error);
                _controller.Restart();
                _farOff = 0;
            }

            error = 0;
        }
        else
        {
            _farOff = 0;
            _controller.Update((double)error / _output.TicksPerSecond, (double)(heardAt - _lastHeardAt) / _output.TicksPerSecond);
        }

        double slide = _depth.Slide(Math.Clamp(heardAt - _lastHeardAt, 0, _output.TicksPerSecond / 10));
        _resampler.Correction = Math.Clamp(_controller.Correction + slide, -Resampler.MaxAdjustment, Resampler.MaxAdjustment);
        _lastHeardAt = heardAt;
        Volatile.Write(ref _error, error);
    }

    // Prepares at least one frame, even if only of silence.
    private void Supply(long heardAt, int frames, PlayoutTimeline? newest, bool isOver)
    {
        int needed = _resampler.InputFor(frames);
        if (!ReferenceEquals(newest, _timeline) && IsDue(newest!) && !TryAlign(newest!, heardAt, needed))
        {
            Fill(needed, isOver && !_buffer.TryFind(_buffer.Start, out _));
            return;
        }

        if (_timeline is null)
        {
            Fill(needed, isOver);
            return;
        }

        if (_isStarved && _buffer.TryFind(_buffer.Start, out BufferedPacket late))
        {
            _depth.Forgive(late);
        }

        if (_decoder.Prepare(giveUp: true) == PlayoutStep.Ready)
        {
            Volatile.Write(ref _isStarved, false);
            _depth.Follow(heardAt);
        }
        else
        {
            Fill(needed, isOver);
        }
    }

    private void Fill(int frames, bool isOver)
    {
        if (isOver && _tail < 0)
        {
            _tail = _timeline is null ? 0 : _resampler.Tail;
        }

        if (_timeline is not null && _tail < 0 && _decoder.IsSilent)
        {
            _depth.FollowInSilence();
        }

        Volatile.Write(ref _isStarved, true);
        _decoder.FillMissing(frames, isCounted: _timeline is not null && _tail < 0);
    }

    // A new timeline takes over when the last packet of the old one has been played.
    private bool IsDue(PlayoutTimeline newest) =>
        _timeline is null
        || (_buffer.TryFind(_buffer.Start, out BufferedPacket next)
            && (next.Sequence >= newest.FirstSequence || next.Stream != _timeline.Stream));

    private bool TryAlign(PlayoutTimeline timeline, long heardAt, int needed)
    {
        long position = PositionDueAt(timeline.Line, heardAt, _depth.Wanted);
        bool hasSettled = timeline.LastArrivedAt - timeline.FirstArrivedAt >= _settle
            || heardAt >= timeline.FirstArrivedAt + _depth.Wanted + _device.Ticks;
        if (!hasSettled
            || !_buffer.TryFind(Math.Max(_buffer.Start, timeline.FirstSequence), out BufferedPacket first)
            || first.Position - position > needed)
        {
            return false;
        }

        Volatile.Write(ref _skipped, _skipped + Math.Max(0, position - first.Position));
        _buffer.AdvanceTo(first.Sequence);
        Jump(timeline, heardAt);
        return true;
    }

    private void Jump(PlayoutTimeline timeline, long heardAt)
    {
        _depth.Reset();
        ArrivalLine line = timeline.Line;
        _shifted = line.Shifted;
        long position = PositionDueAt(line, heardAt, _depth.Ticks);
        if (ReferenceEquals(timeline, _timeline))
        {
            Volatile.Write(ref _skipped, _skipped + Math.Max(0, position - _decoder.Position));
        }

        long sequence = _buffer.Head;
        while (_buffer.TryFind(sequence, out BufferedPacket packet)
            && _buffer.TryFind(packet.Sequence + 1, out BufferedPacket after)
            && after.Position <= position)
        {
            sequence = after.Sequence;
        }

        _buffer.AdvanceTo(sequence);
        _decoder.JumpTo(position, timeline.Stream);
        _controller.Restart();
        _farOff = 0;
        Volatile.Write(ref _timeline, timeline);
        _lastHeardAt = heardAt;
    }

    // The position of the next frame to enter the resampler, so that it plays on time.
    private long PositionDueAt(in ArrivalLine line, long heardAt, long depth) =>
        line.PositionArrivingAt(heardAt + InputTicks(_resampler.Lag) - depth - _device.Ticks);

    private long InputTicks(double frames) => (long)(frames * _output.TicksPerSecond / _inputRate);
}
