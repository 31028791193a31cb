using Linnet.Audio;
using Linnet.Clock;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Transports.Rtp;

public sealed class RtpReceiverTests
{
    private readonly FakeRtpSender _sender = new(new AudioFormat(8000, 1));
    private readonly RecordingSink _sink = new();
    private readonly ManualTime _time = new();
    private readonly RtpReceiver _receiver;

    public RtpReceiverTests() => _receiver = new RtpReceiver(_sink, _time, new Random(1));

    [Fact]
    public void RTCP_is_distinguished_from_RTP_on_the_same_port()
    {
        _receiver.OnRtp(_sender.Next(80));
        _receiver.OnRtp(Compound(new SenderReport(_sender.Ssrc, new NtpTime(1), 2, 3, 4)));
        _receiver.OnRtcp(Compound(new ReceiverReport(_sender.Ssrc), new Goodbye([_sender.Ssrc])));

        Assert.Equal(new NtpTime(1), Assert.Single(_sink.SenderReports).Time);
        Assert.Equal([_sender.Ssrc], _sink.Goodbyes);
        Assert.True(_receiver.Goodbye.IsCompleted);
    }

    [Fact]
    public void Silence_before_the_first_packet_counts_from_the_announced_start()
    {
        var time = new SteppedTime();
        var receiver = new RtpReceiver(_sink, time, new Random(1));
        time.Now += 5_000_000_000;
        Assert.Equal(TimeSpan.FromSeconds(5), receiver.SoundSilentFor);

        receiver.OnStart(1, 2);
        Assert.Equal(TimeSpan.Zero, receiver.SoundSilentFor);
        Assert.False(receiver.HasSound);

        // A second announcement has no effect.
        time.Now += 1_000_000_000;
        receiver.OnStart(1, 2);
        Assert.Equal(TimeSpan.FromSeconds(1), receiver.SoundSilentFor);
    }

    [Fact]
    public void Nothing_counts_as_silence_while_a_packet_is_processed()
    {
        var time = new SteppedTime();
        RtpReceiver receiver = null!;
        var during = new List<TimeSpan>();
        var sink = new RecordingSink
        {
            Packet = (_, _) =>
            {
                // A machine so busy that the first packet takes ten seconds.
                time.Now += 10_000_000_000;
                during.Add(receiver.SoundSilentFor);
            },
        };
        receiver = new RtpReceiver(sink, time, new Random(1));

        receiver.OnRtp(_sender.Next(80));
        Assert.Equal([TimeSpan.Zero], during);
        Assert.Equal(TimeSpan.Zero, receiver.SoundSilentFor);

        time.Now += 4_000_000_000;
        Assert.Equal(TimeSpan.FromSeconds(4), receiver.SoundSilentFor);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_temporary_goodbye_is_not_taken_for_the_end_even_before_the_first_packet(bool hasSound)
    {
        if (hasSound)
        {
            _receiver.OnRtp(_sender.Next(80));
        }

        _receiver.OnRtcp(Compound(new ReceiverReport(_sender.Ssrc), new Goodbye([_sender.Ssrc], GoodbyeReason.ServerStopped)));

        Assert.True(_receiver.Farewell.IsCompletedSuccessfully);
        Assert.False(_receiver.Goodbye.IsCompleted);
        Assert.Empty(_sink.Goodbyes);
    }

    [Fact]
    public void Only_the_current_stream_sets_the_title()
    {
        _receiver.OnRtp(_sender.Next(80));
        _receiver.OnRtcp(Compound(new ReceiverReport(_sender.Ssrc), new SourceDescription(_sender.Ssrc, "a", note: "Bird – Ornithology")));
        _receiver.OnRtcp(Compound(new ReceiverReport(_sender.Ssrc), new SourceDescription(_sender.Ssrc, "a")));
        _receiver.OnRtcp(Compound(new ReceiverReport(7), new SourceDescription(7, "a", note: "Advertising")));

        Assert.Equal(["Bird – Ornithology"], _sink.Tracks);
    }

    [Fact]
    public void A_goodbye_of_another_stream_is_not_the_end()
    {
        _receiver.OnRtp(_sender.Next(80));
        _receiver.OnRtcp(Compound(new ReceiverReport(7), new Goodbye([7])));
        _receiver.OnRtcp(Compound(new ReceiverReport(7), new Goodbye([7], GoodbyeReason.ServerStopped)));

        Assert.False(_receiver.Goodbye.IsCompleted);
        Assert.False(_receiver.Farewell.IsCompleted);
    }

    [Fact]
    public void A_packet_before_the_response_to_PLAY_is_the_start_of_the_stream()
    {
        _receiver.OnRtp(_sender.Next(80));
        _receiver.OnStart(1, 2);

        Assert.Equal([(null, (uint?)null)], _sink.Starts);
    }

    [Fact]
    public void Noise_is_counted_and_never_throws()
    {
        var random = new Random(20);
        byte[] datagram = new byte[64];
        for (int i = 0; i < 100_000; i++)
        {
            int length = random.Next(datagram.Length);
            random.NextBytes(datagram.AsSpan(0, length));
            if (i % 2 == 0 && length > 1)
            {
                // Resembles RTCP often enough to reach the parsers.
                datagram[0] = (byte)(0x80 | (datagram[0] & 0x3F));
                datagram[1] = (byte)(200 + (datagram[1] & 3));
            }

            _receiver.OnRtp(datagram.AsSpan(0, length));
            _receiver.OnRtcp(datagram.AsSpan(0, length));
        }

        Assert.InRange(_receiver.Malformed, 50_000, 200_000);
    }

    [Fact]
    public void A_report_has_our_SSRC_even_before_any_packet()
    {
        byte[] datagram = new byte[512];

        int length = _receiver.WriteReport(datagram);

        Assert.True(RtcpCompound.TryParse(datagram.AsSpan(0, length), out RtcpCompound? compound));
        Assert.Empty(Assert.IsType<ReceiverReport>(compound.Packets[0]).Blocks);
        SourceDescriptionChunk chunk = Assert.IsType<SourceDescription>(compound.Packets[1]).Chunks[0];
        Assert.Equal(_receiver.Ssrc, chunk.Ssrc);
        Assert.Equal(16, chunk.CanonicalName!.Length);
    }

    [Fact]
    public void Handling_a_packet_allocates_nothing()
    {
        byte[] packet = _sender.Next(80);
        var receiver = new RtpReceiver(new SilentSink(), _time, new Random(1));

        Assert.Equal(0, Allocations.Of(() => receiver.OnRtp(packet)));
    }

    private static byte[] Compound(params RtcpPacket[] packets)
    {
        byte[] datagram = new byte[256];
        return datagram[..RtcpCompound.Write(datagram, packets)];
    }

    /// <summary>Ignores everything, and allocates nothing.</summary>
    private sealed class SilentSink : IRtpSink
    {
        public void Start(ushort? firstSequence, uint? firstTimestamp)
        {
        }

        public void OnRtp(ReadOnlySpan<byte> datagram, long arrivedAt)
        {
        }

        public void OnSenderReport(SenderReport report, long arrivedAt)
        {
        }

        public void OnBye(uint ssrc, long arrivedAt)
        {
        }
    }
}
