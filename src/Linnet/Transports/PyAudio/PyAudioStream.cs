using Linnet.Audio;
using Linnet.Clock;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.PyAudio;

/// <summary>Numbers and times what came without either, as the RTP packets that a receiver takes. One thread's own at a time.</summary>
internal sealed class PyAudioStream
{
    /// <summary>The payload type that the packets have.</summary>
    internal const byte PayloadType = 96;

    // One packet for a message of the tutorial's server.
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(25);

    // What is taken at once before there must be room again; its pieces arrive together.
    private const int PacketsPerPortion = 8;

    // Longer than what a server that paces has in stock for who comes.
    private static readonly TimeSpan PaceKnown = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RoomCheck = TimeSpan.FromMilliseconds(10);

    private readonly RtpSink _sink;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly StreamPace _pace;
    private long? _begunAt;
    private bool _isHeldBack;
    private readonly MediaTimeline _media;
    private readonly int _bytesPerFrame;
    private readonly byte[] _packet;
    private ReadOnlyMemory<byte> _begun;
    private long _position;
    private ushort _sequence;
    private uint _timestamp;
    private uint _ssrc;

    /// <param name="format">What the bytes are.</param>
    /// <param name="tolerance">By how much sound may come late and still be heard in its time.</param>
    /// <param name="sink">Where packets go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Makes the numbers that a stream starts with.</param>
    internal PyAudioStream(RawPcmFormat format, TimeSpan tolerance, RtpSink sink, TimeProvider time, Random random)
    {
        _sink = sink;
        _time = time;
        _random = random;
        _media = new MediaTimeline(0, format.Format.SampleRate, time.TimestampFrequency);
        _pace = new StreamPace(format.Format.SampleRate, time.TimestampFrequency, (long)(tolerance.TotalSeconds * time.TimestampFrequency));
        _bytesPerFrame = format.BytesPerFrame;
        int frames = Math.Clamp(format.Format.FramesIn(PacketTime), 1, short.MaxValue / _bytesPerFrame);
        _packet = new byte[RtpHeader.Length + (frames * _bytesPerFrame)];
    }

    /// <summary>Whether any sound came.</summary>
    internal bool HasBegun => _position > 0;

    /// <summary>
    /// Whether the sender sends as its sound goes by, as who has no file does: that is known after <see cref="PaceKnown"/>, by how much has
    /// come since the first.
    /// </summary>
    internal bool IsPaced => !_isHeldBack && _begunAt is long begun && _time.GetElapsedTime(begun) is var elapsed && elapsed >= PaceKnown
        && _time.GetElapsedTime(0, _media.DueAt(_position)) <= elapsed + PaceKnown;

    /// <summary>Takes sound as it came.</summary>
    /// <returns><see langword="false"/>: it is no whole number of frames, which was counted.</returns>
    internal bool Add(ReadOnlySpan<byte> sound, long arrivedAt)
    {
        if (sound.Length % _bytesPerFrame != 0)
        {
            _sink.Refused(false);
            return false;
        }

        _begunAt ??= arrivedAt;
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

        return true;
    }

    /// <summary>
    /// Takes sound that goes on where the last portion ended, in portions as the receiver has room for them: a sender that does not pace is
    /// held back. Where the sound was cut means nothing: a frame that has begun goes on in the next call.
    /// </summary>
    internal async ValueTask AddWithRoomAsync(ReadOnlyMemory<byte> sound, CancellationToken cancellationToken)
    {
        sound = _begun.IsEmpty ? sound : (byte[])[.. _begun.Span, .. sound.Span];
        int whole = sound.Length - (sound.Length % _bytesPerFrame);
        _begun = sound[whole..].ToArray();
        sound = sound[..whole];
        while (!sound.IsEmpty)
        {
            while (!_sink.HasRoom())
            {
                _pace.HoldBack();
                _isHeldBack = true;
                await Task.Delay(RoomCheck, _time, cancellationToken).ConfigureAwait(false);
            }

            int length = Math.Min(sound.Length, PacketsPerPortion * (_packet.Length - RtpHeader.Length));
            Add(sound.Span[..length], _time.GetTimestamp());
            sound = sound[length..];
        }
    }

    /// <summary>A stream of its own: positions before and after have nothing to do with each other.</summary>
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
        _sink.Packet(_packet.AsSpan(0, RtpHeader.Length + sound.Length), arrivedAt);
        _sequence++;
        _timestamp += (uint)frames;
        _position += frames;
    }
}
