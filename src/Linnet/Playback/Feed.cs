using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Transports;

namespace Linnet.Playback;

/// <summary>
/// Turns packets of one format into sound: the decoder, and the receiver that uses it. Survives reconnects that keep the format.
/// </summary>
internal sealed class Feed : IDisposable
{
    // For senders with flow control: the limit of sound ahead of play-out is counted in packets of at least this length.
    private static readonly TimeSpan UsualPacket = TimeSpan.FromMilliseconds(20);

    // After a stall, a connection delivers all queued packets at once, then the server's current packets, whose numbers are far ahead. Both
    // must fit, or queued packets that arrived are dropped: at 5 ms a packet this is 20 s. Unused slots hold no payload.
    private const int ConnectionCapacity = 4096;

    private readonly IAudioDecoder _decoder;
    private readonly int _mostWaiting;
    private readonly TimeProvider _time;
    private Conversion? _conversion;
    private bool _hasClock;

    private Feed(IStationReceiver station, IAudioDecoder decoder, ReceiverOptions options, TimeProvider time)
    {
        Payload = station.Payload;
        PayloadType = station.PayloadType;
        _decoder = decoder;
        _time = time;
        BitDepth = station.BitDepth;
        options = station.MayComeQueued ? options with { Capacity = Math.Max(options.Capacity, ConnectionCapacity) } : options;
        Receiver = new Receiver(decoder, PayloadType, options, time, station.Repair) { HasPositions = station.HasPositions };
        _mostWaiting = Math.Min((int)((options.MostDelay + station.MostAhead) / UsualPacket), options.Capacity / 2);
    }

    /// <summary>How the sound is encoded.</summary>
    internal PayloadFormat Payload { get; }

    /// <summary>The RTP payload type of the packets.</summary>
    internal byte PayloadType { get; }

    /// <summary>Takes packets and gives sound.</summary>
    internal Receiver Receiver { get; }

    /// <summary>The format of the sound.</summary>
    internal AudioFormat Format => _decoder.Format;

    /// <summary>Significant bits of the sound if it was integer PCM, else 0.</summary>
    internal int BitDepth { get; }

    /// <summary>Creates the feed for a station's sound.</summary>
    /// <exception cref="TransportException">The sound cannot be decoded.</exception>
    internal static Feed For(IStationReceiver station, ReceiverOptions options, TimeProvider time) =>
        new(station, station.CreateDecoder(), options, time);

    /// <summary>Whether this feed can continue with the packets of <paramref name="station"/>.</summary>
    internal bool Fits(IStationReceiver station) => station.Payload == Payload && station.PayloadType == PayloadType;

    /// <summary>Creates the sink that a transport delivers to.</summary>
    /// <param name="onStart">Called when a stream begins; returns whether the connection was lost before.</param>
    /// <param name="onTrack">Called with the current title, repeatedly.</param>
    internal IRtpSink ToSink(Func<bool> onStart, Action<string> onTrack) => new Sink(this, onStart, onTrack);

    /// <summary>Sets the device's format. Called before the device requests sound.</summary>
    /// <param name="format">The format.</param>
    /// <param name="hasClock">Whether the device has a clock that the sound must follow; otherwise it follows the sender's.</param>
    internal void Open(AudioFormat format, bool hasClock)
    {
        _hasClock = hasClock;
        if (hasClock)
        {
            Receiver.SetOutput(format);
        }
        else if (format != Format)
        {
            _conversion = new Conversion(Receiver, format);
        }
    }

    /// <summary>Gives the device sound. Allocates nothing and never waits.</summary>
    /// <returns>As <see cref="AudioCallback"/>.</returns>
    internal int Fill(Span<float> pcm, long heardAt) =>
        _hasClock
            ? Receiver.Read(pcm, heardAt, _time.GetTimestamp())
            : _conversion?.Take(pcm, heardAt) ?? Receiver.Take(pcm, heardAt);

    /// <summary>When the first frame of the last <see cref="Fill"/> was due at its sender, for a device without a clock.</summary>
    /// <param name="filled">How much sound that call gave.</param>
    internal DateTimeOffset? SentAt(TimeSpan filled) => Receiver.NextSentAt - Format.DurationOf(_conversion?.Held ?? 0) - filled;

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    /// <summary>Delivers to the receiver, holds back a sender that is far ahead, and tells the player of starts and titles.</summary>
    private sealed class Sink(Feed feed, Func<bool> onStart, Action<string> onTrack) : PassingSink(feed.Receiver)
    {
        public override bool HasRoom => feed.Receiver.Waiting < feed._mostWaiting;

        public override void Start(ushort? firstSequence, uint? firstTimestamp)
        {
            if (onStart())
            {
                feed.Receiver.OnReconnected();
            }

            base.Start(firstSequence, firstTimestamp);
        }

        public override void OnTrack(string title) => onTrack(title);
    }
}
