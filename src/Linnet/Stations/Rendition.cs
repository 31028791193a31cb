using System.Globalization;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Codecs.Streams;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>
/// The station in one encoding: <c>channel map → resampler → blocks → encoder → ring</c>, or the sender's packets,
/// passed on. Only the station's thread uses it.
/// </summary>
internal sealed class Rendition : IDisposable
{
    /// <summary>The buffer of profile robust and its device together, so that the first listener starts without a wait.</summary>
    internal static readonly TimeSpan RtpPreRoll = TimeSpan.FromMilliseconds(550);

    // An encoder that begins within sound would make a click of it: it first gets what was before, and those packets are left out.
    private const int WarmUpPackets = 2;

    private readonly Func<IAudioEncoder> _createEncoder;
    private readonly SoundHistory _history;
    private readonly AudioFormat _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RingWriter _writer;
    private readonly PassThrough? _passThrough;
    private readonly Func<IReadOnlyList<ReadOnlyMemory<byte>>, IReadOnlyList<ReadOnlyMemory<byte>>> _headers;
    private readonly long _leastStock;
    private readonly bool _isEven;
    private RenditionChain? _chain;
    private TrackInfo? _track;
    private bool _isRunning;
    private long _fedTo;
    private long _encodedPosition;
    private long _encodeTicks;

    /// <param name="station">Name and encodings of the station.</param>
    /// <param name="spec">How this one is encoded.</param>
    /// <param name="history">The station's latest sound, with which the rendition starts.</param>
    /// <param name="open">Called for each lease of its ring, and whether it is the first; see <see cref="BroadcastRing"/>.</param>
    /// <param name="close">Called when a lease is given back.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives starts, stops and failures.</param>
    internal Rendition(
        StationOptions station, RenditionSpec spec, SoundHistory history,
        Func<RingRequest, bool, RingRefusal?> open, Action<RingRequest> close, TimeProvider time, ILogger logger)
    {
        _createEncoder = spec.CreateEncoder;
        _history = history;
        _source = history.Format;
        _headers = spec.HeadersOfBoth ?? (static headers => headers);
        _time = time;
        _logger = logger;

        // Created once to learn the encoder's properties, and whether its library is installed.
        using IAudioEncoder encoder = spec.CreateEncoder();
        _isEven = station.Loudness == LoudnessMode.All || (station.Loudness == LoudnessMode.Lossy && !spec.IsLossless);
        IsOnDemand = spec.IsOnDemand;
        _leastStock = spec.IsRtp ? RtpPreRoll.InTicks(time) : 0;
        AudioFormat format = encoder.Format;
        _passThrough = spec.Passes is { } passes
            ? new PassThrough(packet => passes(packet) && packet.Format.Pcm == format, _source.SampleRate, encoder.Payload.ClockRate)
            : null;
        Ring = new BroadcastRing(spec.ToInfo(station.Name, encoder) with { Began = time.GetUtcNow() }, station.RingDuration, open, close);
        _ = Ring.Info.IsRtp ? InterleavedFraming.Of(Ring) : null;
        _writer = new RingWriter(Ring, spec.Lead, time.TimestampFrequency, spec.StartTime);
        Description = string.Create(CultureInfo.InvariantCulture, $"{encoder.Payload.EncodingName} {encoder.Format}");
    }

    internal BroadcastRing Ring { get; }

    internal string Description { get; }

    /// <summary>Whether it needs one of the station's few places for renditions on demand.</summary>
    internal bool IsOnDemand { get; }

    internal bool IsRunning => Volatile.Read(ref _isRunning);

    /// <summary>Packets that were ready only after they were due.</summary>
    internal long LatePackets => _writer.LatePackets;

    internal long Packets => _writer.Packets;

    /// <summary>Time spent on conversion and encoding since the station started, in ticks.</summary>
    internal long EncodeTicks => Volatile.Read(ref _encodeTicks);

    /// <summary>
    /// Starts with sound of the history that was due <paramref name="stock"/> ticks ago, or with as much as there is, and encodes up to its
    /// end.
    /// </summary>
    internal void Start(long stock, MediaTimeline timeline, long now)
    {
        long from = Math.Clamp(timeline.PositionAt(now - Math.Max(stock, _leastStock)), _history.Start, _history.End);
        FeedHistory(Begin(from, timeline, now), from, arrivedAt: null);
        foreach ((long position, TrackInfo track) in _history.TracksAfter(from))
        {
            FeedHistory(from, position, arrivedAt: null);
            SetTrack(position, track);
            from = position;
        }

        FeedHistory(from, _history.End, arrivedAt: null);
    }

    /// <summary>Takes the newest frames of the history: passes on the packets they were made of, or encodes them.</summary>
    /// <param name="pcm">The frames; they follow those of the last call.</param>
    /// <param name="packets">The packets that the frames were decoded from; see <see cref="Sources.SourceRead.Packets"/>.</param>
    /// <param name="arrivedAt">When the frames of a live source arrived; they are due at once.</param>
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

        if (canPass && (_passThrough!.IsPassing || _passThrough.TryBegin(_writer.Position, Ring.Info.FramesPerPacket)))
        {
            _chain?.Dispose();
            _chain = null;
            PassOn(long.MaxValue, arrivedAt);
        }
    }

    /// <summary>Notes that another track starts at the next frame, <paramref name="position"/> in frames of the source.</summary>
    internal void SetTrack(long position, TrackInfo track)
    {
        _writer.SetTitle(AtClockRate(position), track);
        _track = track;
        if (_chain is not null)
        {
            _chain.Loudness = LoudnessOf(track);
        }
    }

    /// <summary>Sets the map that holds from the next packet on, and whether sound is missing before that packet.</summary>
    internal void SetTimeline(MediaTimeline timeline, bool soundLost) => _writer.SetTimeline(timeline, soundLost);

    /// <summary>As <see cref="SetTimeline"/>, for a change too small to report.</summary>
    internal void AdjustTimeline(MediaTimeline timeline) => _writer.AdjustTimeline(timeline);

    /// <summary>Encodes the remaining frames and ends the ring.</summary>
    /// <param name="arrivedAt">For a live source when the last frames arrived.</param>
    /// <param name="reason">Why, if it was not the station's end.</param>
    internal void Finish(long? arrivedAt, DropReason reason = DropReason.None)
    {
        long end = _writer.Position;
        if (_chain is { } chain)
        {
            long start = _time.GetTimestamp();
            while (chain.TakeRest(Ring.Info.Delay))
            {
                Encode(chain, arrivedAt);
            }

            chain.Encoder.Complete();
            TakePackets(chain, arrivedAt);
            CountTime(start);
            end = chain.EndPosition;
        }

        _writer.End(end, reason);
        Free();
    }

    /// <summary>Stops and frees the encoder, as there are no listeners. The ring keeps its packets.</summary>
    internal void Stop()
    {
        _writer.Rest();
        Free();
    }

    /// <summary>Cuts the run short, in any state: its listeners get the remaining packets, then the end. Does not throw.</summary>
    /// <returns>Whether there was a run, or a listener that waited for one.</returns>
    internal bool TryCut(DropReason reason, long now)
    {
        bool wasRunning = IsRunning;
        try
        {
            Stop();
        }
        catch (Exception)
        {
            // An encoder that failed may fail again when it is freed. The failure is already reported.
        }

        if (!wasRunning && Ring.Leases == 0)
        {
            return false;
        }

        _writer.Cut(reason, now);
        return true;
    }

    public void Dispose() => Free();

    private void Free()
    {
        (RenditionChain? chain, _chain) = (_chain, null);
        Volatile.Write(ref _isRunning, false);
        _passThrough?.End();
        chain?.Dispose();
    }

    /// <summary>Begins a run at <paramref name="position"/>, in frames of the source.</summary>
    /// <returns>The position of the first frame to feed: some packets earlier, where an encoder has to warm up.</returns>
    private long Begin(long position, MediaTimeline timeline, long now)
    {
        _track = _history.TrackAt(position);
        long start = position;
        if (_passThrough?.TryStart(AtClockRate(position), Ring.Info.FramesPerPacket, out long first) != true)
        {
            _passThrough?.Drop();
            (int clockRate, int block) = (Ring.Info.Payload.ClockRate, Ring.Info.FramesPerPacket);
            start = Ring.Info.Delay == 0 ? position
                : Math.Max(_history.Start, position - RateConversion.Ceiling(WarmUpPackets * block, clockRate, _source.SampleRate));
            RenditionChain chain = _chain = new RenditionChain(_source, _createEncoder(), start, LoudnessOf(_track));
            _encodedPosition = chain.NextPosition - Ring.Info.Delay;
            first = _encodedPosition + ((AtClockRate(position) - chain.NextPosition) / block * block);
        }

        _fedTo = start;

        Volatile.Write(ref _isRunning, true);
        _logger.RenditionStarts(Ring.Info.ToString());
        _writer.Begin(first, timeline, now);
        if (_chain is not null)
        {
            _writer.WriteFormat(first, _headers(_chain.Encoder.Headers), arrivedAt: null);
        }

        if (_track is not null)
        {
            _writer.SetTitle(first, _track);
        }

        return start;
    }

    /// <summary>Encodes the next frames of the source; while packets are passed on, passes on those that begin in them.</summary>
    private void Feed(ReadOnlySpan<float> pcm, long? arrivedAt)
    {
        _fedTo += pcm.Length / _source.Channels;
        if (_chain is not { } chain)
        {
            PassOn(AtClockRate(_fedTo), arrivedAt);
            return;
        }

        long start = _time.GetTimestamp();
        while (chain.Take(ref pcm))
        {
            Encode(chain, arrivedAt);
        }

        CountTime(start);
    }

    private void FeedHistory(long from, long to, long? arrivedAt)
    {
        while (from < to)
        {
            ReadOnlySpan<float> pcm = _history.From(from);
            int frames = (int)Math.Min(pcm.Length / _source.Channels, to - from);
            Feed(pcm[..(frames * _source.Channels)], arrivedAt);
            from += frames;
        }
    }

    private void PassOn(long limit, long? arrivedAt)
    {
        while (_passThrough!.TryPass(_writer.Position, limit, out PassedPacket passed))
        {
            if (passed.IsNewFormat)
            {
                _writer.WriteFormat(passed.Position, _headers(passed.Packet.Format.Headers), arrivedAt);
            }

            _writer.WritePacket(passed.Bytes.Span, passed.Position, passed.Packet.Frames, arrivedAt, _time.GetTimestamp());
        }
    }

    /// <summary>Continues with an encoder where the last passed packet ended. It starts some packets earlier, to warm up.</summary>
    private void EncodeAgain(long? arrivedAt)
    {
        _passThrough!.End();
        (int clockRate, int block) = (Ring.Info.Payload.ClockRate, Ring.Info.FramesPerPacket);
        long end = RateConversion.Floor(_history.End, _source.SampleRate, clockRate);
        long start = _writer.Position + Ring.Info.Delay - (WarmUpPackets * block);
        start -= Math.Max(0, (start - end + block - 1) / block * block);
        long from = Math.Clamp(RateConversion.Floor(start, clockRate, _source.SampleRate), _history.Start, _history.End);
        RenditionChain chain = _chain = new RenditionChain(_source, _createEncoder(), from, LoudnessOf(_track));
        _encodedPosition = chain.NextPosition - Ring.Info.Delay;
        _writer.WriteFormat(_writer.Position, _headers(chain.Encoder.Headers), arrivedAt);
        FeedHistory(from, _history.End, arrivedAt);
    }

    private void Encode(RenditionChain chain, long? arrivedAt)
    {
        int frames = chain.Block.Length / chain.Encoder.Format.Channels;
        if (_writer.HasTitleBefore(_encodedPosition + frames))
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

    /// <summary>Publishes the encoder's packets, except those of its warm-up.</summary>
    private void PublishEncoded(ReadOnlySpan<byte> packet, int frames, long? arrivedAt)
    {
        long position = _encodedPosition;
        _encodedPosition += frames;
        if (position >= _writer.Position - (frames / 2))
        {
            _writer.WritePacket(packet, position, frames, arrivedAt, _time.GetTimestamp());
        }
    }

    private void CountTime(long start) => Volatile.Write(ref _encodeTicks, _encodeTicks + _time.GetTimestamp() - start);

    private float LoudnessOf(TrackInfo? track) => _isEven && track?.Loudness is { } tags ? tags.Factor : 1;

    private long AtClockRate(long position) => RateConversion.Ceiling(position, _source.SampleRate, Ring.Info.Payload.ClockRate);
}
