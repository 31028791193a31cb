using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Tests.Stations;
using Linnet.Tests.Transports.Http.Radio;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Transports;

/// <summary>
/// A station that is fed from elsewhere: packets and data come in, as from another server, and there is neither a station nor an encoder.
/// </summary>
public class FedStationTests
{
    private const int Rate = 44_100;

    [Theory]
    [InlineData("flac", "audio/flac")]
    [InlineData("wav", "audio/wav")]
    [InlineData("mp3", "audio/mpeg")]
    [InlineData("opus", "audio/ogg; codecs=opus")]
    public async Task A_ring_that_is_fed_by_hand_is_served_over_HTTP_bit_for_bit(string name, string contentType)
    {
        // A long burst: on a busy machine, too, the request comes in time for the first packet.
        await using var server = new RadioTestServer(streams: new StreamOptions { Burst = TimeSpan.FromSeconds(10) });
        PacketItem[] origin = Packets(name, out RenditionInfo info);
        var ring = new BroadcastRing(info, TimeSpan.FromSeconds(30), static (_, _) => null);
        RingWriter writer = Feed(ring, origin);
        server.Stations.Set(new StationListing("fed", [ring]));

        using RadioTestClient client = await server.GetAsync($"/fed.{name}");
        string head = await client.ReadHeadAsync();
        writer.End(writer.Position, DropReason.None);
        byte[] body = await client.ReadAsync(1 << 24);

        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        Assert.Contains($"Content-Type: {contentType}\r\n", head, StringComparison.Ordinal);
        byte[] sent = [.. origin.SelectMany(static p => p.Payload.ToArray())];
        if (name is not "opus")
        {
            Assert.Equal(sent, body[^sent.Length..]);
        }

        Read read = Read.Of(body, contentType);
        if (name is "opus")
        {
            Assert.Equal(sent, read.Packets);

            // The head says how much of the first sound is the encoder's delay.
            Assert.Equal((origin.Length * 960) - 312, read.Pcm.Count / 2);
        }

        if (name is "flac" or "wav")
        {
            Assert.Equal(Enumerable.Range(0, Rate * 3).Select(static i => RampSource.SampleAt(i / 2, i % 2) / 32768f), read.Pcm);
        }
    }

    [Fact]
    public void A_station_without_an_engine_is_listed_and_found_over_RTSP_and_HTTP_as_its_data_say()
    {
        BroadcastRing[] rings =
        [
            .. ((string[])["wav", "opus", "l16"]).Select(static name =>
            {
                _ = Packets(name, out RenditionInfo info);
                return new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
            }),
        ];
        var directory = new StationDirectory([]);
        directory.Set(new StationListing("fed", rings));

        Assert.Equal("fed", Assert.Single(directory.Stations).Name);
        Assert.Same(rings[0], RadioTarget.Find("/fed.wav", directory).Rendition);
        Assert.Same(rings[1], RadioTarget.Find("/fed.opus", directory).Rendition);
        Assert.Equal(RadioTargetKind.Station, RadioTarget.Find("/fed", directory).Kind);
        Assert.Equal(RadioTargetKind.None, RadioTarget.Find("/fed.l16", directory).Kind);
        Assert.Same(rings[1], Find("rtsp://host/fed"));
        Assert.Same(rings[2], Find("rtsp://host/fed/l16"));
        Assert.Equal("Station fed has no wav. Renditions: opus, l16.", Problem("rtsp://host/fed/wav"));
        directory.Set(new StationListing("fed", rings[..1]));
        Assert.Equal("Station fed has no rendition for RTSP.", Problem("rtsp://host/fed"));

        BroadcastRing? Find(string address) =>
            RtspResource.TryFind(directory, Parse(address), null, out RtspResource? found, out _) ? found.Ring : null;

        string Problem(string address)
        {
            Assert.False(RtspResource.TryFind(directory, Parse(address), null, out _, out string problem));
            return problem;
        }

        static RtspUri Parse(string address) => RtspUri.TryParse(address, out RtspUri? uri) ? uri : throw new ArgumentException(address);
    }

    /// <summary>1.5 s of sound as another server made it, and what that server says about it: bytes and numbers.</summary>
    private static PacketItem[] Packets(string name, out RenditionInfo info)
    {
        StreamType? type = name switch
        {
            "flac" => StreamType.Flac,
            "wav" => StreamType.Wav,
            "mp3" => StreamType.Mp3,
            "opus" => StreamType.Opus,
            _ => null,
        };
        var time = new SteppedTime();
        using var station = new Station(
            new StationOptions { Name = "origin", RingDuration = TimeSpan.FromSeconds(10) },
            new RampSource(new AudioFormat(Rate, 2), Rate * 3 / 2), time, NullLogger.Instance);
        StreamRun.SkipIfMissing(station, name);
        BroadcastRing ring = station.Listing.Renditions.Single(r => r.Info.Name == name);
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        RenditionInfo of = ring.Info;
        while (station.State is not StationState.Ended)
        {
            long next = station.Step(TestContext.Current.CancellationToken);
            time.Now = next == Station.Never ? time.Now : next;
        }

        lease.Dispose();
        info = new RenditionInfo("fed", name, of.Payload, of.FramesPerPacket, of.BitRate, RtpStreamIdentity.Random())
        {
            IsRtp = name is "opus" or "l16",
            StreamType = type,
            Delay = of.Delay,
            Headers = [.. of.Headers.Select(static header => (ReadOnlyMemory<byte>)header.ToArray())],
        };
        return [.. StreamRun.ItemsOf(ring).OfType<PacketItem>()];
    }

    private static RingWriter Feed(BroadcastRing ring, PacketItem[] packets)
    {
        long second = TimeProvider.System.TimestampFrequency;
        long epoch = TimeProvider.System.GetTimestamp() - (17 * second / 10);
        var writer = new RingWriter(ring, TimeSpan.Zero, second);
        writer.Begin(packets[0].Position, new MediaTimeline(epoch, ring.Info.Payload.ClockRate, second), epoch);
        foreach (PacketItem packet in packets)
        {
            writer.WritePacket(packet.Payload.Span, packet.Position, packet.Frames, arrivedAt: null, epoch);
        }

        return writer;
    }

    /// <summary>What a player makes of a stream.</summary>
    private sealed class Read : IStreamSink
    {
        public List<byte> Packets { get; } = [];

        public List<float> Pcm { get; } = [];

        public static Read Of(byte[] stream, string contentType)
        {
            var read = new Read();
            Assert.True(StreamDecoders.TryCreate(contentType, out IStreamDecoder? decoder, out _));
            using (decoder)
            {
                decoder.Write(stream, read);
                decoder.Complete(read);
                Assert.Null(decoder.Problem);
            }

            return read;
        }

        public void OnFormat(StreamFormat format) => Assert.Equal(2, format.Pcm.Channels);

        public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm)
        {
            Packets.AddRange(packet);
            Pcm.AddRange(pcm);
        }

        public void OnTrack(TrackInfo track)
        {
        }
    }
}
