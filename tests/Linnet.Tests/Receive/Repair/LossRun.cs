using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Tests.Fakes;
using Linnet.Tests.Transports.Rtp;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Tests.Receive.Repair;

/// <summary>The path, and the repair used on it.</summary>
internal sealed record LossRunOptions
{
    /// <summary>Impairments of the path to the receiver and back, except the round trip, as in <c>--impair</c>.</summary>
    public required string Path { get; init; }

    public required TimeSpan RoundTrip { get; init; }

    /// <summary>The delay from a packet's arrival to its playback.</summary>
    public required TimeSpan Latency { get; init; }

    /// <summary>
    /// Whether bad periods affect both directions at once, as when a radio link fades; otherwise the directions are independent.
    /// </summary>
    public bool IsSharedFade { get; init; } = true;

    /// <summary>Uses always these copies and nothing else; <see langword="null"/>: negotiates, and chooses by measurements.</summary>
    public Redundancy? Fixed { get; init; }

    /// <summary>Whether losses are repaired at all.</summary>
    public bool Repairs { get; init; } = true;

    /// <summary>Whether all datagrams are encrypted.</summary>
    public bool IsSecure { get; init; }

    public int Seed { get; init; } = 1;

    public int PacketMs { get; init; } = 20;

    public int BitRate { get; init; } = 128_000;
}

/// <summary>
/// A server's ring and sender, a path that loses packets in both directions, and a receiver with a device: everything but the sockets,
/// in simulated microseconds.
/// </summary>
internal sealed class LossRun
{
    private const long Second = 1_000_000;
    private const int Rate = 48_000;
    private const int PeriodFrames = 120;
    private const long Period = Second * PeriodFrames / Rate;
    private const long Held = 4 * Period;
    private const double Tolerance = 0.15;

    // Frames of a window that may differ: at both ends of a gap, the filter that follows the clock rings for less than this.
    private const int TolerableFrames = Rate / 1000;

    private static readonly RtpStreamIdentity Stream = new(0x1234_5678, 65_000, 4_000_000_000) { RtxSsrc = 0x8765_4321 };

    private readonly SettableTime _time = new(Second);
    private readonly LossRunOptions _options;
    private readonly int _frames;
    private readonly BroadcastRing _ring;
    private readonly SenderLoop _loop;
    private readonly LinkListener _listener;
    private readonly RtpFeedback _feedback;
    private readonly RepairSender _sender;
    private readonly RtcpWriter _rtcp;
    private readonly SrtpSession? _serverEnd;
    private readonly SrtpSession? _clientEnd;
    private readonly Lane _down;
    private readonly Lane _downControl;
    private readonly Lane _up;
    private readonly Receiver _receiver;
    private readonly RtpReceiver _rtp;
    private readonly RepairLoop _repair;
    private readonly RepairRequest _request = new();
    private readonly Queue<(long At, byte[] Body)> _parameters = new();
    private readonly float[] _period = new float[PeriodFrames];
    private readonly List<int> _bad = [];
    private readonly byte[] _scratch = new byte[1500];
    private readonly byte[] _payload;
    private readonly long _epoch;
    private Redundancy? _asked;
    private long _published;
    private long _nextPeriod;
    private long _nextReport;

    public LossRun(LossRunOptions options)
    {
        _options = options;
        _frames = Rate * options.PacketMs / 1000;
        _payload = new byte[options.BitRate / 8 * options.PacketMs / 1000];
        Now = _epoch = 7 * Second;
        var info = new RenditionInfo("sim", "opus", new PayloadFormat("opus", Rate, 2), _frames, options.BitRate, Stream);
        _ring = new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
        _ring.Publish(new DiscontinuityItem(0, Now, new MediaTimeline(Now, Rate, Second)));
        Assert.True(_ring.TryOpen(default, out RingLease? lease, out _));

        ImpairmentOptions path = LossyLink.Like(options.Path) with { Delay = options.RoundTrip / 2, Seed = options.Seed };
        var down = new Impairment(path, Second, direction: 0);
        Impairment up = options.IsSharedFade ? down : new Impairment(path, Second, direction: 1);
        _down = new Lane(down, 0);
        _downControl = new Lane(down, 1);
        _up = new Lane(up, 2);

        if (options.IsSecure)
        {
            LinnetSrtpHeader terms = SrtpFeature.NewTerms(Stream);
            (_serverEnd, _clientEnd) = (SrtpEnds.Create(isServer: true, terms), SrtpEnds.Create(isServer: false, terms));
        }

        _rtcp = new RtcpWriter(_time);
        _feedback = new RtpFeedback(info, _time);
        _feedback.Repair = _sender = new RepairSender(info, Second, () => _feedback.Reception?.RoundTrip) { Redundancy = options.Fixed };
        _loop = new SenderLoop(new SenderOptions(), Second, new SenderCounters(Second), static _ => { });
        _listener = new LinkListener(lease, this) { ReportAt = long.MaxValue };
        _sender.OnAsked = () => _loop.Repair(_listener, Now);
        _listener.Next = _ring.Head;
        _loop.Add(_listener, Now);

        var offer = new RepairOffer
        {
            RtxPayloadType = options.Fixed is null && options.Repairs ? RtpStreamIdentity.RtxPayloadType : null,
            RedPayloadType = RtpStreamIdentity.RedPayloadType,
            ReducedSize = true,
            CopiesOnRequest = options.Fixed is null && options.Repairs,
        };
        _receiver = new Receiver(
            new TruthDecoder(_frames), RtpStreamIdentity.PayloadType, new ReceiverOptions { Latency = options.Latency }, _time, offer);
        _receiver.SetOutput(_receiver.Format);
        _rtp = new RtpReceiver(_receiver, _time, new Random(options.Seed), srtp: _clientEnd);
        _repair = _rtp.StartRepair(reducedSize: true);
        _rtp.OnStart(Stream.FirstSequenceNumber, Stream.FirstTimestamp);
        Repaired.OnRoundTrip(options.RoundTrip, isMeasured: false);
        _nextPeriod = Now + (Second / 700);
        _nextReport = Now + Second;
    }

    private IRtpSink Repaired => _receiver;

    /// <summary>Datagrams that an end with SRTP refused: forged ones, and repeated ones.</summary>
    public (long Forged, long Repeated) RefusedByServer => (_serverEnd?.Forged ?? 0, _serverEnd?.Repeated ?? 0);

    /// <inheritdoc cref="RefusedByServer"/>
    public (long Forged, long Repeated) RefusedByClient => (_clientEnd?.Forged ?? 0, _clientEnd?.Repeated ?? 0);

    public ReceiverStatistics Statistics => _receiver.GetStatistics();

    public RepairStatistics SenderStatistics => _sender.Statistics;

    public int Windows => _bad.Count;

    /// <summary>The share of windows whose audio differs from the original.</summary>
    public double Damaged => _bad.Count == 0 ? 0 : (double)_bad.Count(static bad => bad > TolerableFrames) / _bad.Count;

    /// <summary>Bytes received for repair, divided by the bytes of the stream alone, including RTP, UDP and IP headers.</summary>
    public double OverheadDown => (double)(_down.Bytes - _listener.PlainBytes) / _listener.PlainBytes;

    /// <summary>Bytes sent to request repair, divided by the same.</summary>
    public double OverheadUp => (double)_up.Bytes / _listener.PlainBytes;

    public double LostOnTheWay => (double)_down.Counts.Dropped / _down.Counts.Taken;

    private long Now { get => _time.Timestamp; set => _time.Timestamp = value; }

    /// <summary>Lets the simulation settle, then measures a number of windows.</summary>
    public void Run(int windows, double settleSeconds = 12)
    {
        long from = (long)(settleSeconds * 1000 / _options.PacketMs);
        long until = Now + (long)((settleSeconds + (windows * _options.PacketMs / 1000.0)) * Second) + Delay;
        while (Now < until)
        {
            Publish();
            long next = Math.Min(Math.Min(_loop.Step(Now), _nextPeriod), Math.Min(_nextReport, Math.Max(Now, Repaired.RepairAt)));
            next = Math.Min(next, Math.Min(_down.NextAt, Math.Min(_downControl.NextAt, _up.NextAt)));
            next = _parameters.TryPeek(out (long At, byte[] Body) parameter) ? Math.Min(next, parameter.At) : next;
            Now = Math.Max(Now, next);
            Deliver();
            Ask();
            Report();
            Play(from, windows);
        }
    }

    // The time from sending a frame to playing it.
    private long Delay =>
        ((long)(_options.RoundTrip.TotalSeconds * Second) / 2) + (long)(_options.Latency.TotalSeconds * Second) + Held + Period;

    private void Publish()
    {
        while (_epoch + (_published * _options.PacketMs * 1000) < Now + (Second / 3))
        {
            BitConverter.TryWriteBytes(_payload, _published);
            long due = _epoch + (_published * _options.PacketMs * 1000);
            _ring.Publish(new PacketItem(
                InterleavedFraming.Of(_ring), _published, _published * _frames, _frames, _published == 0, due, _payload));
            _published++;
        }
    }

    private void Deliver()
    {
        while (_down.TryReceive(Now, out byte[]? datagram))
        {
            _rtp.OnRtp(datagram);
        }

        while (_downControl.TryReceive(Now, out byte[]? datagram))
        {
            _rtp.OnRtcp(datagram);
        }

        while (_up.TryReceive(Now, out byte[]? datagram))
        {
            if (_serverEnd is not null && _serverEnd.DecryptRtcp(datagram, out datagram) != SrtpVerdict.Authentic)
            {
                continue;
            }

            Assert.True(RtcpCompound.TryParse(datagram, out RtcpCompound? compound, reducedSize: true));
            _feedback.Hear(compound);
        }

        while (_parameters.TryPeek(out (long At, byte[] Body) parameter) && parameter.At <= Now)
        {
            Assert.True(RepairFeature.TryRead(_parameters.Dequeue().Body, out Redundancy? redundancy));
            _sender.Redundancy = redundancy;
        }
    }

    private void Ask()
    {
        if (Repaired.RepairAt > Now)
        {
            return;
        }

        int length = _repair.Write(_scratch, _request, Now);
        if (length > 0)
        {
            SendUp(length);
        }

        // The RTSP connection loses nothing, but takes time.
        if (_options.Fixed is null && _request.Redundancy != _asked)
        {
            _asked = _request.Redundancy;
            _parameters.Enqueue((Now + (long)(_options.RoundTrip.TotalSeconds * Second), RepairFeature.Write(_asked)));
        }
    }

    private void Report()
    {
        if (Now < _nextReport)
        {
            return;
        }

        _nextReport += 5 * Second;
        SendUp(_rtp.WriteReport(_scratch));
        if (_rtcp.Report(_listener, Now, feedback: _feedback) is byte[] report)
        {
            _downControl.Send(_serverEnd?.EncryptRtcp(report) ?? report, Now);
        }
    }

    private void SendUp(int length) => _up.Send(_clientEnd?.EncryptRtcp(_scratch[..length]) ?? _scratch[..length], Now);

    private void SendDown(ReadOnlyMemory<byte> datagram) => _down.Send((_serverEnd?.Encrypt(datagram.ToArray()) ?? datagram).Span, Now);

    private void Play(long from, int windows)
    {
        if (Now < _nextPeriod)
        {
            return;
        }

        _nextPeriod += Period;
        Assert.Equal(PeriodFrames, _receiver.Read(_period, Now + Held, Now));
        double first = (Now + Held - _epoch - Delay) * (double)Rate / Second;
        for (int i = 0; i < PeriodFrames; i++)
        {
            double position = first + i;
            long window = (long)Math.Floor(position / _frames) - from;
            if (window < 0 || window >= windows)
            {
                continue;
            }

            while (_bad.Count <= window)
            {
                _bad.Add(0);
            }

            _bad[(int)window] += Math.Abs(_period[i] - TruthDecoder.At(position)) > Tolerance ? 1 : 0;
        }
    }

    private sealed class LinkListener(RingLease lease, LossRun run) : Listener(lease, new IPEndPoint(IPAddress.Loopback, 9), "sim")
    {
        public long PlainBytes { get; private set; }

        internal override bool TrySend(PacketItem packet, SendBatch batch)
        {
            PlainBytes += packet.Datagram.Length + Lane.HeaderBytes;
            run.SendDown(run._sender.DatagramOf(packet, Ring));
            return true;
        }

        internal override void SendRepair(long now, SendBatch batch) =>
            run._sender.Send(now, Ring, run.SendDown);

        internal override void SendReport(long now, SendBatch batch)
        {
        }

        internal override void SendEnd(SendBatch batch)
        {
        }

        internal override void OnFinished(DropReason reason)
        {
        }
    }

    private sealed class Lane(Impairment impairment, int number)
    {
        public const int HeaderBytes = 28;

        private readonly ImpairedLane _lane = new(Second);

        public long Bytes { get; private set; }

        public ImpairmentCounts Counts => _lane.Counts;

        public long NextAt => _lane.NextAt;

        public void Send(ReadOnlySpan<byte> datagram, long now)
        {
            Bytes += datagram.Length + HeaderBytes;
            _lane.Send(datagram, impairment.Next(datagram.Length, now, number));
        }

        public bool TryReceive(long now, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? datagram) =>
            _lane.TryReceive(now, out datagram, out _);
    }
}
