using System.Globalization;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Codecs;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>The station encoded one way: channel map → resampler → blocks → encoder → ring. The station's thread's own.</summary>
internal sealed class Rendition : IDisposable
{
    private readonly Func<IAudioEncoder> _createEncoder;
    private readonly AudioFormat _source;
    private readonly ILogger _logger;
    private readonly Queue<(long Position, TrackInfo Track)> _titles = new();
    private readonly int _delay;
    private readonly long _lead;
    private Chain? _chain;
    private MediaTimeline _timeline;
    private long _startedAt;
    private long _lastDue = long.MinValue;
    private long _packets;
    private bool _marker;

    internal Rendition(
        StationOptions station, RenditionSpec spec, AudioFormat source, Func<Rendition, bool> start, long ticksPerSecond, ILogger logger)
    {
        _createEncoder = spec.CreateEncoder;
        _source = source;
        _logger = logger;

        // Made once to learn what the encoder is like, and whether its library is there at all.
        using IAudioEncoder encoder = spec.CreateEncoder();
        _delay = encoder.Delay;
        _lead = (long)(spec.Lead.TotalSeconds * ticksPerSecond);
        IsRtp = spec.IsRtp;
        var info = new RenditionInfo(
            station.Name, spec.Name, encoder.Payload, encoder.FramesPerPacket, spec.BitRate, RtpStreamIdentity.Random());
        Ring = new BroadcastRing(info, station.RingDuration, () => start(this));
        Description = string.Create(CultureInfo.InvariantCulture, $"{encoder.Payload.EncodingName} {encoder.Format}");
    }

    internal BroadcastRing Ring { get; }

    internal string Description { get; }

    /// <summary>Whether RTP can carry it.</summary>
    internal bool IsRtp { get; }

    internal bool IsRunning => Volatile.Read(ref _chain) is not null;

    internal long Packets => Volatile.Read(ref _packets);

    /// <summary>Since when nobody wants it, in ticks; the station keeps it.</summary>
    internal long? UnusedSince { get; set; }

    /// <summary>Starts to encode from <paramref name="position"/>, in frames of the source.</summary>
    internal void Start(long position, MediaTimeline timeline, TrackInfo? track, long now)
    {
        var chain = new Chain(_source, _createEncoder(), position);
        Volatile.Write(ref _chain, chain);
        _timeline = AtClockRate(timeline);
        _startedAt = now;
        _marker = true;
        UnusedSince = null;
        _logger.RenditionStarts(Ring.Info.ToString());
        Ring.Publish(new DiscontinuityItem(chain.NextPosition - _delay, Due(chain.NextPosition - _delay, null), _timeline));
        if (track is not null)
        {
            _titles.Enqueue((chain.NextPosition - _delay, track));
        }
    }

    /// <summary>Encodes the next frames of the source.</summary>
    /// <param name="pcm">They follow those of the last call.</param>
    /// <param name="arrivedAt">For a live source when they arrived: then they are due at once.</param>
    internal void Feed(ReadOnlySpan<float> pcm, long? arrivedAt)
    {
        Chain chain = _chain!;
        while (chain.Take(ref pcm))
        {
            Publish(chain, chain.Block, arrivedAt);
        }
    }

    /// <summary>Notes that another track starts at <paramref name="position"/>, in frames of the source.</summary>
    internal void SetTrack(long position, TrackInfo track) =>
        _titles.Enqueue((RateConversion.Ceiling(position, _source.SampleRate, Ring.Info.Payload.ClockRate), track));

    /// <summary>From the next packet on another map holds.</summary>
    /// <param name="timeline">The station's new map.</param>
    /// <param name="soundLost">Whether sound is missing before that packet.</param>
    internal void SetTimeline(MediaTimeline timeline, bool soundLost)
    {
        _timeline = AtClockRate(timeline);
        _marker |= soundLost;
        long position = _chain!.NextPosition - _delay;
        Ring.Publish(new DiscontinuityItem(position, Due(position, null), _timeline));
    }

    /// <summary>As <see cref="SetTimeline"/>, for a change too small to tell anyone of.</summary>
    internal void AdjustTimeline(MediaTimeline timeline)
    {
        _timeline = AtClockRate(timeline);
        Ring.AdjustTimeline(_timeline);
    }

    /// <summary>Encodes what is left, to the last frame, and ends the ring.</summary>
    internal void Finish(long? arrivedAt)
    {
        Chain chain = _chain!;
        while (chain.TakeRest(_delay))
        {
            Publish(chain, chain.Block, arrivedAt);
        }

        long end = chain.EndPosition;
        Ring.Publish(new EndItem(end, Due(end, null)));
        Stop();
    }

    /// <summary>Rests: frees the encoder. The ring keeps what it has.</summary>
    internal void Stop()
    {
        _chain?.Dispose();
        Volatile.Write(ref _chain, null);
        _titles.Clear();
    }

    public void Dispose() => Stop();

    private void Publish(Chain chain, ReadOnlySpan<float> block, long? arrivedAt)
    {
        int frames = block.Length / chain.Encoder.Format.Channels;
        int length = chain.Encoder.Encode(block, chain.Packet);
        long position = chain.NextPosition - frames - _delay;
        long due = Due(position, arrivedAt);

        // A title stands before the packet that holds its first frame.
        while (_titles.TryPeek(out (long Position, TrackInfo Track) title) && title.Position < position + frames)
        {
            Ring.Publish(new TitleItem(Math.Max(title.Position, position), due, title.Track));
            _titles.Dequeue();
        }

        Ring.Publish(new PacketItem(Ring.Info.Stream, _packets, position, frames, _marker, due, chain.Packet.AsSpan(0, length)));
        _marker = false;
        Volatile.Write(ref _packets, _packets + 1);
    }

    /// <summary>When an item is due: never before the one that precedes it, nor is it ahead of its time by more than there was time for.</summary>
    private long Due(long position, long? arrivedAt)
    {
        long onTime = _timeline.DueAt(position);
        _lastDue = Math.Max(_lastDue, arrivedAt ?? Math.Max(onTime - _lead, Math.Min(onTime, _startedAt)));
        return _lastDue;
    }

    private MediaTimeline AtClockRate(MediaTimeline timeline) => timeline with { SampleRate = Ring.Info.Payload.ClockRate };

    /// <summary>The converters and the encoder of one run.</summary>
    private sealed class Chain : IDisposable
    {
        private readonly AudioFormat _source;
        private readonly ChannelMap _map;
        private readonly Resampler? _resampler;
        private readonly float[] _mapped;
        private readonly float[] _block;
        private int _mappedStart;
        private int _mappedEnd;
        private int _filled;
        private bool _flushing;
        private bool _ended;

        public Chain(AudioFormat source, IAudioEncoder encoder, long position)
        {
            Encoder = encoder;
            Packet = new byte[encoder.MaxPacketLength];
            AudioFormat format = encoder.Format;
            _source = source;
            _map = new ChannelMap(source.Channels, format.Channels);
            _mapped = new float[1024 * format.Channels];
            _block = new float[encoder.FramesPerPacket * format.Channels];
            if (source.SampleRate == format.SampleRate)
            {
                NextPosition = position;
            }
            else
            {
                _resampler = new Resampler(source.SampleRate, format.SampleRate, format.Channels, position);
                NextPosition = _resampler.OutputPosition;
            }
        }

        public IAudioEncoder Encoder { get; }

        public byte[] Packet { get; }

        /// <summary>Position, at the encoder's rate, of the frame after those in blocks so far.</summary>
        public long NextPosition { get; private set; }

        /// <summary>After the end: position of the frame after the last one of sound.</summary>
        public long EndPosition { get; private set; }

        /// <summary>The block that <see cref="Take"/> or <see cref="TakeRest"/> completed.</summary>
        public ReadOnlySpan<float> Block => _block.AsSpan(0, _filled);

        /// <summary>Takes frames from the front of <paramref name="pcm"/> until a block is full; <see langword="false"/> when all are taken.</summary>
        public bool Take(ref ReadOnlySpan<float> pcm)
        {
            StartBlock();
            while (!Fill())
            {
                if (pcm.IsEmpty)
                {
                    return false;
                }

                int frames = Math.Min(pcm.Length / _source.Channels, _mapped.Length / Encoder.Format.Channels);
                _map.Apply(pcm[..(frames * _source.Channels)], _mapped);
                pcm = pcm[(frames * _source.Channels)..];
                (_mappedStart, _mappedEnd) = (0, frames * Encoder.Format.Channels);
            }

            NextPosition += Encoder.FramesPerPacket;
            return true;
        }

        /// <summary>
        /// After the last frame: makes the remaining blocks. The last may be shorter, unless the encoder's delay of
        /// <paramref name="delay"/> frames needs silence to push the sound out.
        /// </summary>
        public bool TakeRest(int delay)
        {
            StartBlock();
            int channels = Encoder.Format.Channels;
            if (!_ended)
            {
                bool full = !_flushing && Fill();
                if (!full && _resampler is not null)
                {
                    _flushing = true;
                    _filled += _resampler.Flush(_block.AsSpan(_filled)) * channels;
                    full = _filled == _block.Length;
                }

                if (full)
                {
                    NextPosition += Encoder.FramesPerPacket;
                    return true;
                }

                _ended = true;
                EndPosition = NextPosition + (_filled / channels);
            }

            long missing = EndPosition + delay - NextPosition;
            if (missing <= 0)
            {
                return false;
            }

            if (delay > 0)
            {
                _block.AsSpan(_filled).Clear();
                _filled = _block.Length;
            }

            NextPosition += _filled / channels;
            return true;
        }

        public void Dispose() => Encoder.Dispose();

        private void StartBlock()
        {
            if (_filled == _block.Length || _ended)
            {
                _filled = 0;
            }
        }

        /// <summary>Moves mapped frames into the block; <see langword="true"/> when it is full.</summary>
        private bool Fill()
        {
            Span<float> room = _block.AsSpan(_filled);
            ReadOnlySpan<float> mapped = _mapped.AsSpan(_mappedStart, _mappedEnd - _mappedStart);
            if (_resampler is null)
            {
                int count = Math.Min(room.Length, mapped.Length);
                mapped[..count].CopyTo(room);
                _mappedStart += count;
                _filled += count;
            }
            else
            {
                _resampler.Process(mapped, room, out int consumed, out int written);
                _mappedStart += consumed * Encoder.Format.Channels;
                _filled += written * Encoder.Format.Channels;
            }

            return _filled == _block.Length;
        }
    }
}
