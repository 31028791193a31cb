using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.PyAudio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public class PyAudioRenditionTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void A_CD_comes_out_bit_for_bit_to_its_last_sample()
    {
        using Station engine = Create(new RampSource(new AudioFormat(44_100, 2), frames: 50_000));
        using RingLease lease = Open(engine);
        RunToEnd(engine);

        short[] samples = Samples(lease.Ring);

        Assert.Equal(Enumerable.Range(0, 100_000).Select(i => RampSource.SampleAt(i / 2, i % 2)), samples);
    }

    [Fact]
    public void Mono_of_16_bits_comes_out_bit_for_bit_in_both_channels()
    {
        using Station engine = Create(new RampSource(new AudioFormat(44_100, 1), frames: 5000));
        using RingLease lease = Open(engine);
        RunToEnd(engine);

        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => RampSource.SampleAt(i / 2, 0)), Samples(lease.Ring));
    }

    [Theory]
    [InlineData(48_000, 2)]
    [InlineData(48_000, 1)]
    [InlineData(8_000, 6)]
    [InlineData(96_000, 2)]
    public void Other_formats_come_out_with_their_full_length(int rate, int channels)
    {
        using Station engine = Create(new RampSource(new AudioFormat(rate, channels), frames: (2 * rate) + 7));
        using RingLease lease = Open(engine);
        RunToEnd(engine);

        Assert.Equal(2 * 44_100, Samples(lease.Ring).Length / 2, 50.0);
        Assert.Equal(new AudioFormat(44_100, 2), lease.Ring.Info.Payload.Clock);
    }

    [Fact]
    public void The_first_listener_gets_100_ms_at_once_and_then_each_packet_100_ms_before_its_time()
    {
        long start = _time.Now;
        using Station engine = Create(new RampSource(new AudioFormat(44_100, 2)));
        using RingLease lease = Open(engine);
        RunFor(engine, seconds: 3);

        foreach (PacketItem packet in Packets(lease.Ring))
        {
            double dueMs = (packet.DueAt - start) / 1e6;
            Assert.Equal(Math.Max(0, (packet.Position * 1000.0 / 44_100) - 100), dueMs, 0.001);
        }
    }

    [Fact]
    public void RTSP_does_not_offer_it()
    {
        using Station engine = Create(new RampSource(new AudioFormat(44_100, 2)));

        Assert.False(Ring(engine).Info.IsRtp);
        Assert.Null(Ring(engine).Info.StreamType);
        Assert.Contains(engine.GetSnapshot().Renditions, rendition => rendition.Name == "pyaudio");
    }

    private Station Create(RampSource source) =>
        new(new StationOptions { Name = "test", RingDuration = TimeSpan.FromSeconds(30) }, source, _time, NullLogger.Instance);

    /// <summary>The one that their server finds by its format.</summary>
    private static BroadcastRing Ring(Station engine) => engine.Listing.Renditions.Single(static r => PyAudioServer.CanCarry(r.Info));

    private static RingLease Open(Station engine)
    {
        Assert.True(Ring(engine).TryOpen(default, out RingLease? lease, out _));
        return lease;
    }

    private void RunFor(Station engine, double seconds)
    {
        long end = _time.Now + (long)(seconds * 1e9);
        while (_time.Now < end)
        {
            _time.Now = Math.Min(end, engine.Step(TestContext.Current.CancellationToken));
        }
    }

    private void RunToEnd(Station engine)
    {
        while (engine.State is StationState.Waiting or StationState.Playing)
        {
            long next = engine.Step(TestContext.Current.CancellationToken);
            _time.Now = next == Station.Never ? _time.Now : next;
        }
    }

    private static PacketItem[] Packets(BroadcastRing ring) =>
        [.. Enumerable.Range(0, (int)ring.Head).Select(i => ring.TryGet(i, out RingItem? item) ? item : null).OfType<PacketItem>()];

    private static short[] Samples(BroadcastRing ring)
    {
        byte[] sound = [.. Packets(ring).SelectMany(packet => packet.Payload.ToArray())];
        return [.. Enumerable.Range(0, sound.Length / 2).Select(i => BinaryPrimitives.ReadInt16LittleEndian(sound.AsSpan(2 * i)))];
    }
}
