using System.Buffers;
using Linnet.Audio;
using Linnet.Clock;
using Linnet.Receive;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>Turns raw PCM into numbered and timed RTP packets for a receiver. Used by one thread at a time.</summary>
internal sealed class UntimedStream
{
    /// <summary>The payload type of the packets.</summary>
    internal const byte PayloadType = 96;

    // Short enough for little delay, and as much as many servers write at once.
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(25);

    // The most packets delivered before the receiver is asked for room again; they arrive together.
    private const int PacketsPerPortion = 8;

    // How much further ahead of real time a paced server may get after its backlog: more than network delays vary.
    private static readonly TimeSpan MostGain = TimeSpan.FromMilliseconds(500);

    // How fast the clock of a paced server may be, as a fraction. Over days, even a good clock gains seconds.
    private const double ClockError = 0.001;

    private static readonly TimeSpan RoomCheck = TimeSpan.FromMilliseconds(10);

    private readonly IRtpSink _sink;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly StreamPace _pace;
    private readonly MediaTimeline _media;
    private readonly int _bytesPerFrame;
    private readonly byte[] _packet;
    private readonly ArrayBufferWriter<byte> _stock = new();
    private long? _begunAt;
    private bool _isFasterThanRealTime;
    private TimeSpan _backlog;
    private bool _isStocking = true;
    private ReadOnlyMemory<byte> _begun;
    private long _position;
    private ushort _sequence;
    private uint _timestamp;
    private uint _ssrc;

    /// <param name="format">The format of the bytes.</param>
    /// <param name="tolerance">How late audio may arrive and still be played on time.</param>
    /// <param name="sink">Receives the packets.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Provides the initial numbers of a stream.</param>
    internal UntimedStream(RawPcmFormat format, TimeSpan tolerance, IRtpSink sink, TimeProvider time, Random random)
    {
        _sink = sink;
        _time = time;
        _random = random;
        _media = new MediaTimeline(0, format.Format.SampleRate, time.TimestampFrequency);
        _pace = new StreamPace(format.Format.SampleRate, time.TimestampFrequency, tolerance.InTicks(time));
        _bytesPerFrame = format.BytesPerFrame;
        int frames = Math.Clamp(format.Format.FramesIn(PacketTime), 1, short.MaxValue / _bytesPerFrame);
        _packet = new byte[RtpHeader.Length + (frames * _bytesPerFrame)];
    }

    /// <summary>
    /// How much audio must have arrived before the stream begins, and again after audio that arrived too late. Default: none.
    /// </summary>
    internal TimeSpan Stock { get; init; }

    /// <summary>
    /// How far ahead of real time a sender may be that sends in real time: the longest backlog for a new client. Default: 2 s.
    /// </summary>
    internal TimeSpan MostLead { get; init; } = PaceKnown;

    /// <summary>Whether any audio has arrived.</summary>
    internal bool HasBegun => Arrived > 0;

    /// <summary>
    /// Whether the sender sends in real time, as one without a file must. Known after <see cref="PaceKnown"/>, from how much has arrived
    /// since the first packet.
    /// </summary>
    internal bool IsPaced => !_isFasterThanRealTime && Elapsed >= PaceKnown && Lead <= MostLead;

    /// <summary>How long it takes until the pace of a sender is known. A paced server has sent its backlog by then.</summary>
    internal static TimeSpan PaceKnown => TimeSpan.FromSeconds(2);

    private long Arrived => _position + (_stock.WrittenCount / _bytesPerFrame);

    private TimeSpan Elapsed => _begunAt is long begun ? _time.GetElapsedTime(begun) : TimeSpan.Zero;

    private TimeSpan Lead => _time.GetElapsedTime(0, _media.DueAt(Arrived)) - (Elapsed * (1 + ClockError));

    /// <summary>Adds audio as it arrived.</summary>
    /// <returns><see langword="false"/> if it is not a whole number of frames, which is counted.</returns>
    internal bool Add(ReadOnlySpan<byte> sound, long arrivedAt)
    {
        if (sound.Length % _bytesPerFrame != 0)
        {
            _sink.OnRefused(false);
            return false;
        }

        _begunAt ??= arrivedAt;
        _isStocking = Stock > TimeSpan.Zero && (_isStocking || _pace.IsLate(_position, arrivedAt));
        if (!_isStocking)
        {
            Send(sound, arrivedAt);
        }
        else
        {
            _stock.Write(sound);
        }

        if (_isStocking && _time.GetElapsedTime(0, _media.DueAt(_stock.WrittenCount / _bytesPerFrame)) >= Stock)
        {
            SendStock(arrivedAt);
        }

        if (Elapsed < PaceKnown && Lead > _backlog)
        {
            _backlog = Lead;
        }

        return true;
    }

    /// <summary>Ends the stream: delivers what was kept back.</summary>
    internal void Complete() => SendStock(_time.GetTimestamp());

    /// <summary>
    /// Adds audio that continues the last portion, as far as the receiver has room: this holds back a sender that does not pace itself. A
    /// portion may end anywhere: the next call completes an unfinished frame.
    /// </summary>
    internal async ValueTask AddWithRoomAsync(ReadOnlyMemory<byte> sound, CancellationToken cancellationToken)
    {
        sound = _begun.IsEmpty ? sound : (byte[])[.. _begun.Span, .. sound.Span];
        int whole = sound.Length - (sound.Length % _bytesPerFrame);
        _begun = sound[whole..].ToArray();
        sound = sound[..whole];
        while (!sound.IsEmpty)
        {
            while (!_sink.HasRoom)
            {
                _pace.HoldBack();

                // A sender in real time is also held back, where the device pauses. Then it is no further ahead than before.
                _isFasterThanRealTime |= Elapsed < PaceKnown || Lead > _backlog + MostGain;
                await Task.Delay(RoomCheck, _time, cancellationToken).ConfigureAwait(false);
            }

            int length = Math.Min(sound.Length, PacketsPerPortion * (_packet.Length - RtpHeader.Length));
            Add(sound.Span[..length], _time.GetTimestamp());
            sound = sound[length..];
        }
    }

    private void SendStock(long arrivedAt)
    {
        _isStocking = false;
        Send(_stock.WrittenSpan, arrivedAt);
        _stock.ResetWrittenCount();
    }

    private void Send(ReadOnlySpan<byte> sound, long arrivedAt)
    {
        if (sound.IsEmpty)
        {
            return;
        }

        long first = _pace.ArrivalOf(_position, arrivedAt, out bool startsAnew);
        if (startsAnew)
        {
            Begin();
        }

        long start = _position;
        while (!sound.IsEmpty)
        {
            int length = Math.Min(sound.Length, _packet.Length - RtpHeader.Length);
            Deliver(sound[..length], first + _media.DueAt(_position - start));
            sound = sound[length..];
        }
    }

    /// <summary>Begins a new stream, unrelated to earlier positions.</summary>
    private void Begin()
    {
        _ssrc = unchecked((uint)_random.NextInt64());
        _sequence = unchecked((ushort)_random.Next());
        _timestamp = unchecked((uint)_random.NextInt64());
        _sink.Start(_sequence, _timestamp);
    }

    private void Deliver(ReadOnlySpan<byte> sound, long arrivedAt)
    {
        int frames = sound.Length / _bytesPerFrame;
        new RtpHeader(PayloadType, Marker: false, _sequence, _timestamp, _ssrc).Write(_packet);
        sound.CopyTo(_packet.AsSpan(RtpHeader.Length));
        _sink.OnRtp(_packet.AsSpan(0, RtpHeader.Length + sound.Length), arrivedAt);
        _sequence++;
        _timestamp += (uint)frames;
        _position += frames;
    }
}
