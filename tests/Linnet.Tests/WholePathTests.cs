using System.Net;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests;

/// <summary>A real station, its sender, a simulated network and a real receiver, on one simulated clock.</summary>
public class WholePathTests
{
    private const long Millisecond = 1_000_000;
    private readonly SteppedTime _time = new();

    [Theory]
    [InlineData(44_100, 2, 30)]
    [InlineData(48_000, 1, 30)]
    [InlineData(8000, 1, 60)]
    [InlineData(11_025, 2, 20)]
    public void A_lossless_rendition_comes_out_bit_for_bit_from_the_first_sample_to_the_last(int rate, int channels, int seconds)
    {
        long frames = (rate * (long)seconds) + 123;
        var link = new LossyLink(LossyLink.Like("delay=20ms,jitter=6ms,order=loose"), _time.TimestampFrequency);

        (short[] file, ReceiverStatistics statistics) = Play(new AudioFormat(rate, channels), frames, link);

        Assert.Equal(frames * channels, file.Length);
        for (int i = 0; i < file.Length; i++)
        {
            Assert.Equal(RampSource.SampleAt(i / channels, i % channels), file[i]);
        }

        Assert.Equal((0, 0, link.Reordered), (statistics.Lost, statistics.Late, statistics.Reordered));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Through_loss_jitter_reordering_and_duplication_the_length_is_right_to_the_frame_and_every_event_is_counted(int seed)
    {
        var format = new AudioFormat(44_100, 2);
        const long Frames = (44_100 * 60) + 77;
        var link = new LossyLink(
            LossyLink.Like($"loss=5%,duplicate=3%,corrupt=1%,reorder=2%,reorder-by=300ms,delay=20ms,jitter=5ms,order=loose,seed={seed}"),
            _time.TimestampFrequency);

        (short[] file, ReceiverStatistics statistics) = Play(format, Frames, link, spareTail: 100);

        Assert.Equal(Frames * 2, file.Length);
        Assert.Equal(link.Lost + link.Corrupted, statistics.Lost);
        Assert.Equal(link.Corrupted, statistics.Corrupt);
        Assert.Equal(link.Late, statistics.Late);
        Assert.Equal(link.Duplicated, statistics.Duplicate);
        Assert.Equal(link.Reordered, statistics.Reordered);
        Assert.Equal(link.Sent, statistics.Received + statistics.Lost);

        // Every packet that came in time is in the file to the bit, but for a few that are joined to concealment.
        int right = Enumerable.Range(0, file.Length).Count(i => file[i] == RampSource.SampleAt(i / 2, i % 2));
        Assert.InRange(right / (double)file.Length, 0.80, 0.95);
    }

    /// <summary>Plays a station of so many frames through the link into a file.</summary>
    private (short[] File, ReceiverStatistics Statistics) Play(AudioFormat format, long frames, LossyLink link, int spareTail = 0)
    {
        using var engine = new Station(
            new StationOptions { Name = "test" }, new RampSource(format, frames), _time, NullLogger.Instance);
        BroadcastRing ring = engine.Listing.Renditions.Single(static r => r.Info.Name == "pcm");
        Assert.True(ring.TryOpen(default, out RingLease? lease, out RingRefusal? refusal), refusal?.Text);
        Assert.True(AudioDecoders.TryCreate(ring.Info.Payload, out IAudioDecoder? decoder, out string? problem), problem);
        using var _ = decoder;

        var loop = new SenderLoop(new SenderOptions(), _time.TimestampFrequency, new SenderCounters(_time.TimestampFrequency), _ => { });
        long packets = (frames + ring.Info.FramesPerPacket - 1) / ring.Info.FramesPerPacket;
        var listener = new LinkListener(lease, link, _time) { LastImpaired = packets - spareTail };
        var receiver =
            new Receiver(decoder, RtpStreamIdentity.PayloadType, new ReceiverOptions { Latency = TimeSpan.FromMilliseconds(100) }, _time);
        receiver.Start(ring.Info.Stream.FirstSequenceNumber, ring.Info.Stream.FirstTimestamp);
        loop.Add(listener, _time.Now);

        var file = new List<short>();
        float[] pcm = new float[format.Channels * 1000];
        long deadline = _time.Now + ((frames / format.SampleRate) + 10) * 1000 * Millisecond;
        while (true)
        {
            Assert.True(_time.Now < deadline, "The receiver did not end.");
            long next = Math.Min(engine.Step(TestContext.Current.CancellationToken), loop.Step(_time.Now));
            while (link.TryReceive(_time.Now, out byte[] datagram, out long arrivedAt))
            {
                receiver.OnRtp(datagram, arrivedAt);
            }

            if (listener.HasEnded)
            {
                receiver.OnBye(ring.Info.Stream.Ssrc, _time.Now);
            }

            int taken;
            while ((taken = receiver.Take(pcm, _time.Now)) > 0)
            {
                file.AddRange(pcm.Take(taken * format.Channels).Select(s => (short)(s * 32768)));
            }

            if (taken == Receiver.End && link.IsEmpty)
            {
                return ([.. file], receiver.GetStatistics());
            }

            _time.Now = Math.Min(next, _time.Now + Millisecond);
        }
    }

    private sealed class LinkListener(RingLease lease, LossyLink link, TimeProvider time)
        : Listener(lease, new IPEndPoint(IPAddress.Loopback, 9), "test")
    {
        public long LastImpaired { get; init; }

        public bool HasEnded { get; private set; }

        internal override bool TrySend(PacketItem packet, SendBatch batch)
        {
            link.IsImpaired = PacketsSent < LastImpaired;
            link.Send(packet.Datagram.Span, time.GetTimestamp());
            return true;
        }

        internal override void SendReport(long now, SendBatch batch)
        {
        }

        internal override void SendEnd(SendBatch batch) => HasEnded = true;

        internal override void OnFinished(DropReason reason)
        {
        }
    }
}
