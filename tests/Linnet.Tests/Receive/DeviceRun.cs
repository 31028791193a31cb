using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;

namespace Linnet.Tests.Receive;

/// <summary>
/// A sender, a link, a receiver and a device with its own clock, in simulated time. One tick is a tenth of a microsecond.
/// </summary>
internal sealed class DeviceRun
{
    public const long Second = 10_000_000;
    public const long Millisecond = Second / 1000;

    private readonly SettableTime _time = new(Second);
    private readonly int _framesPerPacket;
    private readonly float[] _period;
    private readonly double _senderTicksPerFrame;
    private readonly double _deviceTicksPerFrame;
    private readonly long _held;
    private double _nextPacketAt;
    private double _nextPeriodAt;

    /// <param name="sender">Sends the audio.</param>
    /// <param name="device">The device's format.</param>
    /// <param name="decoder">Decodes the audio.</param>
    /// <param name="senderPpm">How fast the sender's clock runs, in ppm.</param>
    /// <param name="devicePpm">How fast the device's clock runs, in ppm.</param>
    /// <param name="link">The link between sender and receiver.</param>
    /// <param name="options">The receiver's options.</param>
    /// <param name="packetMs">Audio per packet, in milliseconds.</param>
    /// <param name="held">Ticks of audio in the device when it requests more.</param>
    /// <param name="periodMs">Audio per request of the device, in milliseconds.</param>
    public DeviceRun(
        FakeRtpSender sender,
        AudioFormat device,
        IAudioDecoder decoder,
        double senderPpm = 0,
        double devicePpm = 0,
        ImpairmentOptions? link = null,
        ReceiverOptions? options = null,
        double packetMs = 5,
        long held = 15 * Millisecond,
        double periodMs = 10)
    {
        Sender = sender;
        _held = held;
        _framesPerPacket = (int)(sender.Format.SampleRate * packetMs / 1000);
        _period = new float[(int)(device.SampleRate * periodMs / 1000) * device.Channels];
        _senderTicksPerFrame = Second / (sender.Format.SampleRate * (1 + (senderPpm / 1e6)));
        _deviceTicksPerFrame = Second / (device.SampleRate * (1 + (devicePpm / 1e6)));
        Device = device;
        Link = new LossyLink(link ?? new ImpairmentOptions { Delay = TimeSpan.FromMilliseconds(5) }, Second);
        Receiver = new Receiver(decoder, FakeRtpSender.PayloadType, options, _time);
        Receiver.SetOutput(device);
        Now = 3 * Second;
        _nextPacketAt = Now;
        _nextPeriodAt = Now + (Second / 300);
    }

    public FakeRtpSender Sender { get; set; }

    public AudioFormat Device { get; }

    public LossyLink Link { get; }

    public Receiver Receiver { get; }

    public SettableTime Time => _time;

    public long Now { get => _time.Timestamp; private set => _time.Timestamp = value; }

    /// <summary>Everything the device received, interleaved, if kept.</summary>
    public List<float> Heard { get; } = [];

    public bool IsKept { get; init; } = true;

    /// <summary>The last audio the device received.</summary>
    public ReadOnlySpan<float> Period => _period;

    public double PeriodHeardAt { get; private set; }

    public bool IsDelivering { get; set; } = true;

    /// <summary>When the first frame of <see cref="Heard"/> played.</summary>
    public double HeardFrom { get; private set; } = double.NaN;

    public bool HasEnded { get; private set; }

    public bool IsSending { get; set; } = true;

    public bool IsAsking { get; set; } = true;

    /// <summary>Called after each period.</summary>
    public Action? AfterPeriod { get; set; }

    /// <summary>The error, in ticks, of the device's report of when audio plays.</summary>
    public long HeldError { get; set; }

    public long NextPacketAt => (long)_nextPacketAt;

    public double PlayoutErrorMs => Receiver.GetStatistics().PlayoutError.TotalMilliseconds;

    /// <summary>When a frame of <see cref="Heard"/> played.</summary>
    public double HeardAt(int index) => HeardFrom + (index * _deviceTicksPerFrame);

    public int IndexOfLoudest()
    {
        int loudest = 0;
        for (int i = 0; i < Heard.Count; i += Device.Channels)
        {
            loudest = Math.Abs(Heard[i]) > Math.Abs(Heard[loudest]) ? i : loudest;
        }

        return loudest / Device.Channels;
    }

    /// <summary>Sends history as fast as the link allows: packets recorded before now.</summary>
    public void SendBurst(int packets, long apart)
    {
        for (int i = 0; i < packets; i++)
        {
            Link.Send(Sender.Next(_framesPerPacket), Now + (i * apart));
        }

        _nextPacketAt = Now + (packets * apart);
    }

    public void RunFor(double seconds)
    {
        double until = Now + (seconds * Second);
        while (true)
        {
            double next = Math.Min(_nextPacketAt, _nextPeriodAt);
            if (next > until)
            {
                break;
            }

            Receive(next);
            Now = (long)next;
            if (_nextPacketAt <= _nextPeriodAt)
            {
                SendPacket();
            }
            else
            {
                Ask();
            }
        }

        Receive(until);
        Now = (long)until;
    }

    private void Receive(double until)
    {
        while (IsDelivering && Link.TryReceive((long)until, out byte[] datagram, out long arrivedAt))
        {
            Now = Math.Max(Now, arrivedAt);
            Receiver.OnRtp(datagram, Now);
        }
    }

    private void SendPacket()
    {
        _nextPacketAt += _framesPerPacket * _senderTicksPerFrame;
        if (IsSending)
        {
            Link.Send(Sender.Next(_framesPerPacket), Now);
        }
    }

    private void Ask()
    {
        double at = _nextPeriodAt;
        _nextPeriodAt += _period.Length / Device.Channels * _deviceTicksPerFrame;
        if (!IsAsking || HasEnded)
        {
            return;
        }

        HeardFrom = double.IsNaN(HeardFrom) ? at + _held : HeardFrom;
        PeriodHeardAt = at + _held;
        int frames = Receiver.Read(_period, (long)(at + _held + HeldError), Now);
        HasEnded = frames == Linnet.Receive.Receiver.End;
        if (!HasEnded && IsKept)
        {
            Heard.AddRange(_period.AsSpan(0, frames * Device.Channels));
        }

        AfterPeriod?.Invoke();
    }
}
