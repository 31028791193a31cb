using System.Globalization;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Codecs.Streams;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>The station encoded one way: channel map → resampler → blocks → encoder → ring. The station's thread's own.</summary>
internal sealed class Rendition : IDisposable
{
    /// <summary>What the largest common buffer (profile robust) holds and its device, so that the first listener hears at once.</summary>
    internal static readonly TimeSpan RtpPreRoll = TimeSpan.FromMilliseconds(550);

    /// <summary>What is ready so long after it was due was late: listeners hear it, the threads' own jitter is less.</summary>
    private static readonly TimeSpan LateTime = TimeSpan.FromMilliseconds(20);

    private readonly Func<IAudioEncoder> _createEncoder;
    private readonly AudioFormat _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Queue<(long Position, TrackInfo Track)> _titles = new();
    private readonly bool _isEven;
    private readonly PcmHistory _history;
    private readonly PassThrough? _passThrough;
    private readonly Func<IReadOnlyList<ReadOnlyMemory<byte>>, IReadOnlyList<ReadOnlyMemory<byte>>> _headers;
    private readonly int _delay;
    private readonly long _lead;
    private readonly long _lateTicks;
    private RenditionChain? _chain;
    private bool _isRunning;
    private TrackInfo? _track;
    private MediaTimeline _timeline;
    private long _startedAt;
    private long _lastDue = long.MinValue;
    private long _nextPosition;
    private long _fedTo;
    private long _encodedPosition;
    private long _packets;
    private long _encodeTicks;
    private long _latePackets;
    private long _failures;
    private bool _marker;

    internal Rendition(
        StationOptions station, RenditionSpec spec, AudioFormat source, PcmHistory history,
        Func<Rendition, RingRequest, bool, RingRefusal?> open, Action<Rendition, RingRequest> close, TimeProvider time, ILogger logger)
    {
        _createEncoder = spec.CreateEncoder;
        _source = source;
        _history = history;
        _headers = spec.HeadersOfBoth ?? (static headers => headers);
        _logger = logger;

        // Made once to learn what the encoder is like, and whether its library is there at all.
        using IAudioEncoder encoder = spec.CreateEncoder();
        _delay = encoder.Delay;
        _lead = (long)(spec.Lead.TotalSeconds * time.TimestampFrequency);
        _time = time;
        _isEven = station.Loudness == LoudnessMode.All || (station.Loudness == LoudnessMode.Lossy && !spec.IsLossless);
        IsRtp = spec.IsRtp;
        IsOnDemand = spec.IsOnDemand;
        Pause = new RestartPause(time.TimestampFrequency);
        _lateTicks = (long)(LateTime.TotalSeconds * time.TimestampFrequency);
        var info = new RenditionInfo(
            station.Name, spec.Name, encoder.Payload, encoder.FramesPerPacket, spec.BitRate, RtpStreamIdentity.Random());
        AudioFormat format = encoder.Format;
        _passThrough = spec.Passes is { } passes
            ? new PassThrough(packet => passes(packet) && packet.Format.Pcm == format, source.SampleRate, encoder.Payload.ClockRate)
            : null;
        Ring = new BroadcastRing(info, station.RingDuration, (want, isFirst) => open(this, want, isFirst), want => close(this, want));
        _ = IsRtp ? InterleavedFraming.Of(Ring) : null;
        Stream = spec.Stream is { } stream
            ? new StreamRendition(spec.Name, stream.Extension, stream.ContentType, Ring, stream.ContainerFor(encoder))
            : null;
        Description = string.Create(CultureInfo.InvariantCulture, $"{encoder.Payload.EncodingName} {encoder.Format}");
    }

    internal BroadcastRing Ring { get; }

    internal string Description { get; }

    /// <summary>How HTTP carries it; <see langword="null"/>: not at all.</summary>
    internal StreamRendition? Stream { get; }

    /// <summary>Whether RTP can carry it.</summary>
    internal bool IsRtp { get; }

    /// <summary>Whether it needs one of the station's few places for what is made on demand.</summary>
    internal bool IsOnDemand { get; }

    /// <summary>Whether it is about to be cut short for another one made on demand. Under the station's lock.</summary>
    internal bool GivesWay { get; set; }

    /// <summary>How long it is left alone after a failure. Under the station's lock.</summary>
    internal RestartPause Pause { get; }

    internal bool IsRunning => Volatile.Read(ref _isRunning);

    /// <summary>How often it failed.</summary>
    internal long Failures => Volatile.Read(ref _failures);

    /// <summary>Packets that were ready only after they were due: the encoder was too slow, or its source late.</summary>
    internal long LatePackets => Volatile.Read(ref _latePackets);

    internal long Packets => Volatile.Read(ref _packets);

    /// <summary>Time spent on conversion and encoding since the station started, in ticks.</summary>
    internal long EncodeTicks => Volatile.Read(ref _encodeTicks);

    /// <summary>Since when nobody wants it, in ticks; the station keeps it.</summary>
    internal long? UnusedSince { get; set; }

    /// <summary>When its last run was cut short, in ticks, while the ring holds that run. The station's thread's own.</summary>
    internal long? CutAt { get; set; }

    /// <summary>Starts to encode from <paramref name="position"/>, in frames of the source.</summary>
    internal void Start(long position, MediaTimeline timeline, TrackInfo? track, long now)
    {
        _track = track;
        _fedTo = position;
        long from = RateConversion.Ceiling(position, _source.SampleRate, Ring.Info.Payload.ClockRate);
        if (_passThrough?.TryStart(from, Ring.Info.FramesPerPacket, out long first) == true)
        {
            _nextPosition = first;
        }
        else
        {
            _passThrough?.Drop();
            _chain = new RenditionChain(_source, _createEncoder(), position, LoudnessOf(track));
            _encodedPosition = _nextPosition = _chain.NextPosition - _delay;
        }

        Volatile.Write(ref _isRunning, true);
        _timeline = AtClockRate(timeline);
        _startedAt = now;
        _marker = true;
        UnusedSince = CutAt = null;
        _logger.RenditionStarts(Ring.Info.ToString());
        long due = Due(_nextPosition, null);
        Ring.BeginRun();
        Ring.Publish(new DiscontinuityItem(_nextPosition, due, _timeline));
        if (_chain is not null)
        {
            Ring.Publish(new FormatItem(_nextPosition, due, _headers(_chain.Encoder.Headers)));
        }

        if (track is not null)
        {
            _titles.Enqueue((_nextPosition, track));
        }
    }

    /// <summary>Encodes the next frames of the source.</summary>
    /// <param name="pcm">They follow those of the last call.</param>
    /// <param name="arrivedAt">For a live source when they arrived: then they are due at once.</param>
    internal void Feed(ReadOnlySpan<float> pcm, long? arrivedAt)
    {
        _fedTo += pcm.Length / _source.Channels;
        if (_chain is not { } chain)
        {
            PassOn(RateConversion.Ceiling(_fedTo, _source.SampleRate, Ring.Info.Payload.ClockRate), arrivedAt);
            return;
        }

        long start = _time.GetTimestamp();
        while (chain.Take(ref pcm))
        {
            Encode(chain, arrivedAt);
        }

        CountTime(start);
    }

    /// <summary>Takes the newest frames of the history: passes on the packets they were made of, or encodes them.</summary>
    /// <param name="pcm">They follow those of the last call.</param>
    /// <param name="packets">What they were made of; see <see cref="Sources.SourceRead.Packets"/>.</param>
    /// <param name="arrivedAt">For a live source when they arrived.</param>
    internal void Take(ReadOnlySpan<float> pcm, IReadOnlyList<StreamPacket>? packets, long? arrivedAt)
    {
        bool canPass = _passThrough?.Take(packets, _history.End - (pcm.Length / _source.Channels), _history.Start) ?? false;
        if (!IsRunning)
        {
            _passThrough?.Drop();
            return;
        }

        if (_passThrough is { IsPassing: true } && !canPass)
        {
            EncodeAgain(arrivedAt);
        }
        else if (_chain is not null)
        {
            Feed(pcm, arrivedAt);
        }

        if (canPass && (_passThrough!.IsPassing || _passThrough.TryBegin(_nextPosition, Ring.Info.FramesPerPacket)))
        {
            _chain?.Dispose();
            _chain = null;
            PassOn(long.MaxValue, arrivedAt);
        }
    }

    /// <summary>Notes that another track starts at the next frame, <paramref name="position"/> in frames of the source.</summary>
    internal void SetTrack(long position, TrackInfo track)
    {
        _titles.Enqueue((RateConversion.Ceiling(position, _source.SampleRate, Ring.Info.Payload.ClockRate), track));
        _track = track;
        if (_chain is not null)
        {
            _chain.Loudness = LoudnessOf(track);
        }
    }

    /// <summary>Sets the map that holds from the next packet on, and whether sound is missing before that packet.</summary>
    internal void SetTimeline(MediaTimeline timeline, bool soundLost)
    {
        _timeline = AtClockRate(timeline);
        _marker |= soundLost;
        Ring.Publish(new DiscontinuityItem(_nextPosition, Due(_nextPosition, null), _timeline));
    }

    /// <summary>As <see cref="SetTimeline"/>, for a change too small to report.</summary>
    internal void AdjustTimeline(MediaTimeline timeline)
    {
        _timeline = AtClockRate(timeline);
        Ring.AdjustTimeline(_timeline);
    }

    /// <summary>Encodes what is left, to the last frame, and ends the ring.</summary>
    /// <param name="arrivedAt">For a live source when the last frames arrived.</param>
    /// <param name="reason">Why, if it was not the station's end.</param>
    internal void Finish(long? arrivedAt, DropReason reason = DropReason.None)
    {
        long end = _nextPosition;
        if (_chain is { } chain)
        {
            long start = _time.GetTimestamp();
            while (chain.TakeRest(_delay))
            {
                Encode(chain, arrivedAt);
            }

            chain.Encoder.Complete();
            TakePackets(chain, arrivedAt);
            CountTime(start);
            end = chain.EndPosition;
        }

        Ring.Publish(new EndItem(end, Due(end, null)) { Reason = reason });
        Stop();
    }

    /// <summary>Rests: frees the encoder. The ring keeps what it has.</summary>
    internal void Stop()
    {
        (RenditionChain? chain, _chain) = (_chain, null);
        Volatile.Write(ref _isRunning, false);
        _titles.Clear();
        _passThrough?.End();
        chain?.Dispose();
    }

    /// <summary>Cuts the run short, in any state: its listeners hear what there is, then the end. Does not throw.</summary>
    internal void Abort(DropReason reason, long now)
    {
        bool wasRunning = IsRunning;
        Volatile.Write(ref _failures, _failures + (reason == DropReason.RenditionFailed ? 1 : 0));
        try
        {
            Stop();
        }
        catch (Exception)
        {
            // An encoder that failed may fail again when it is freed. That it failed is told already.
        }

        if (!wasRunning && Ring.Leases == 0)
        {
            return;
        }

        (UnusedSince, CutAt) = (null, now);
        _lastDue = Math.Max(_lastDue, now);
        Ring.EndRun(new EndItem(_nextPosition, _lastDue) { Reason = reason });
    }

    public void Dispose() => Stop();

    private void PassOn(long limit, long? arrivedAt)
    {
        while (_passThrough!.TryPass(_nextPosition, limit, out PassedPacket passed))
        {
            if (passed.IsNewFormat)
            {
                Ring.Publish(new FormatItem(passed.Position, Due(passed.Position, arrivedAt), _headers(passed.Packet.Format.Headers)));
            }

            Publish(passed.Bytes.Span, passed.Position, passed.Packet.Frames, arrivedAt);
        }
    }

    /// <summary>Goes on with an encoder where the last passed packet ended. It begins some packets earlier, to be warm.</summary>
    private void EncodeAgain(long? arrivedAt)
    {
        _passThrough!.End();
        (int clockRate, int block) = (Ring.Info.Payload.ClockRate, Ring.Info.FramesPerPacket);
        long end = RateConversion.Floor(_history.End, _source.SampleRate, clockRate);
        long start = _nextPosition + _delay - (2 * block);
        start -= Math.Max(0, (start - end + block - 1) / block * block);
        long from = Math.Clamp(RateConversion.Floor(start, clockRate, _source.SampleRate), _history.Start, _history.End);
        RenditionChain chain = _chain = new RenditionChain(_source, _createEncoder(), from, LoudnessOf(_track));
        _encodedPosition = chain.NextPosition - _delay;
        Ring.Publish(new FormatItem(_nextPosition, Due(_nextPosition, arrivedAt), _headers(chain.Encoder.Headers)));
        while (from < _history.End)
        {
            ReadOnlySpan<float> pcm = _history.From(from);
            Feed(pcm, arrivedAt);
            from += pcm.Length / _source.Channels;
        }
    }

    private void Encode(RenditionChain chain, long? arrivedAt)
    {
        int frames = chain.Block.Length / chain.Encoder.Format.Channels;
        if (_titles.TryPeek(out (long Position, TrackInfo Track) title) && title.Position < _encodedPosition + frames)
        {
            chain.Encoder.StartAfresh();
        }

        int length = chain.Encoder.Encode(chain.Block, chain.Packet);
        if (length > 0)
        {
            PublishEncoded(chain.Packet.AsSpan(0, length), frames, arrivedAt);
        }

        TakePackets(chain, arrivedAt);
    }

    private void TakePackets(RenditionChain chain, long? arrivedAt)
    {
        while (chain.Encoder.TryTake(chain.Packet, out int length, out int frames))
        {
            PublishEncoded(chain.Packet.AsSpan(0, length), frames, arrivedAt);
        }
    }

    /// <summary>Publishes what the encoder made, but for what was only to warm it.</summary>
    private void PublishEncoded(ReadOnlySpan<byte> packet, int frames, long? arrivedAt)
    {
        long position = _encodedPosition;
        _encodedPosition += frames;
        if (position >= _nextPosition - (frames / 2))
        {
            Publish(packet, position, frames, arrivedAt);
        }
    }

    private void Publish(ReadOnlySpan<byte> packet, long position, int frames, long? arrivedAt)
    {
        long due = Due(position, arrivedAt);

        // A title stands before the packet that holds its first frame.
        while (_titles.TryPeek(out (long Position, TrackInfo Track) title) && title.Position < position + frames)
        {
            Ring.Publish(new TitleItem(Math.Max(title.Position, position), due, title.Track));
            _titles.Dequeue();
        }

        Ring.Publish(new PacketItem(Ring.Framing, _packets, position, frames, _marker, due, packet));
        _marker = false;
        if (due >= _startedAt && _time.GetTimestamp() - due > _lateTicks)
        {
            Volatile.Write(ref _latePackets, _latePackets + 1);
        }

        _nextPosition = position + frames;
        Volatile.Write(ref _packets, _packets + 1);
    }

    private void CountTime(long start) => Volatile.Write(ref _encodeTicks, _encodeTicks + _time.GetTimestamp() - start);

    /// <summary>When an item is due: never before its predecessor, and no further ahead than there was time for.</summary>
    private long Due(long position, long? arrivedAt)
    {
        long onTime = _timeline.DueAt(position);
        _lastDue = Math.Max(_lastDue, arrivedAt ?? Math.Max(onTime - _lead, Math.Min(onTime, _startedAt)));
        return _lastDue;
    }

    private float LoudnessOf(TrackInfo? track) => _isEven && track?.Loudness is { } tags ? tags.Factor : 1;

    private MediaTimeline AtClockRate(MediaTimeline timeline) => timeline with { SampleRate = Ring.Info.Payload.ClockRate };
}
