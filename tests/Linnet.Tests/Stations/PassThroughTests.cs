using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Wire.Mpeg;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public sealed class PassThroughTests : IDisposable
{
    private static readonly AudioFormat Format = new(44_100, 2);
    private static readonly TimeSpan Ring = TimeSpan.FromSeconds(120);

    private readonly SteppedTime _time = new();
    private readonly IngestBuffer _buffer;
    private readonly Station _engine;
    private RingLease? _lease;

    public PassThroughTests()
    {
        _buffer = new IngestBuffer("live", new IngestOptions(), Format);
        var options = new StationOptions { Name = "live", StartAtOnce = true, IsFed = true, RingDuration = Ring };
        _engine = new Station(options, new FallbackSource(_buffer, null, 0, NullLogger.Instance), _time, NullLogger.Instance);
    }

    [Fact]
    public void Packets_that_wait_to_be_passed_on_are_bounded_in_bytes()
    {
        Assert.InRange(TakenBeforeARefusal(length: 60_000), 200, PassThrough.MaxBytes / 60_000);

        // A packet costs memory however short it is.
        Assert.InRange(TakenBeforeARefusal(length: 1), 100_000, PassThrough.MaxBytes / 100);
    }

    private static int TakenBeforeARefusal(int length)
    {
        var passing = new PassThrough(static _ => true, 8000, 8000);
        var format = new StreamFormat(new AudioFormat(8000, 1), 16, StreamCodec.Flac, 0, []);
        byte[] bytes = new byte[length];
        int taken = 0;
        while (taken < 200_000 && passing.Take([new StreamPacket(format, 0, 1, Follows: true, bytes)], taken, oldest: 0))
        {
            taken++;
            Assert.InRange(passing.HeldBytes, 0, PassThrough.MaxBytes);
        }

        Assert.Equal(0, taken < 200_000 ? passing.HeldBytes : 0);
        return taken;
    }

    [Fact]
    public void Pushed_frames_of_mp3_come_out_unchanged_at_the_position_of_their_sound()
    {
        List<byte[]> frames = Mp3(seconds: 20);
        BroadcastRing ring = Open("mp3");
        Push(frames, seconds: 30);

        PacketItem[] packets = Packets(ring);
        int first = Array.FindIndex(packets, p => p.Payload.Span.SequenceEqual(frames[30]));
        int splice = first;
        while (packets[splice - 1].Payload.Span.SequenceEqual(frames[30 - (first - splice) - 1]))
        {
            splice--;
        }

        int sent = 30 - (first - splice);
        PacketItem[] passed =
            [.. packets[splice..].TakeWhile((p, i) => sent + i < frames.Count && p.Payload.Span.SequenceEqual(frames[sent + i]))];

        // All from the fade in to the fade out, except the first, whose sound is in frames that were never sent.
        Assert.InRange(sent, 19, 26);
        Assert.InRange(passed.Length, frames.Count - 26 - 22, frames.Count);
        Assert.All(passed.Zip(passed.Skip(1)), pair => Assert.Equal(pair.First.Position + 1152, pair.Second.Position));

        // Positions go on over both splices, to half a frame.
        Assert.All(packets.Zip(packets.Skip(1)),
            pair => Assert.InRange(pair.Second.Position - pair.First.Position - pair.First.Frames, -576, 576));
        Assert.All(packets.Zip(packets.Skip(1)), pair => Assert.True(pair.First.DueAt <= pair.Second.DueAt));
    }

    [Fact]
    public void A_rendition_that_starts_during_a_push_starts_with_the_pushed_frames()
    {
        List<byte[]> frames = Mp3(seconds: 8);
        BroadcastRing? ring = null;
        Push(frames, seconds: 6, at: 5, () => ring = Open("mp3"));

        PacketItem[] packets = Packets(ring!);
        int sent = frames.FindIndex(f => packets[5].Payload.Span.SequenceEqual(f)) - 5;
        Assert.InRange(sent, 1, frames.Count);

        // Frame for frame, except the first, whose sound is in frames that were never sent.
        Assert.All(packets.Select((p, i) => (p, i)).Skip(2), pair => Assert.Equal(frames[sent + pair.i], pair.p.Payload.ToArray()));
        Assert.Single(StreamRun.ItemsOf(ring!).OfType<FormatItem>());
        Assert.InRange(packets.Length * 1152 / 44_100.0, 2.2, 4);
    }

    [Fact]
    public void Frames_after_a_splice_that_need_bytes_from_before_it_are_silent_and_keep_their_own()
    {
        List<byte[]> frames = Mp3(seconds: 5);
        Assert.Contains(frames, f => MpegHeader.TryParse(f, out MpegHeader header) && Mp3Frame.MainDataBegin(f, header) > 0);
        BroadcastRing ring = Open("mp3");
        Push(frames, seconds: 10);

        // Of no frame the sound begins before the splice.
        int reservoir = int.MinValue;
        foreach (RingItem item in StreamRun.ItemsOf(ring))
        {
            reservoir = item is FormatItem ? 0 : reservoir;
            if (item is PacketItem { Payload: var frame } && MpegHeader.TryParse(frame.Span, out MpegHeader header))
            {
                Assert.InRange(Mp3Frame.MainDataBegin(frame.Span, header), 0, Math.Max(0, reservoir));
                reservoir += Mp3Frame.MainDataLength(header);
            }
        }

        Assert.Equal(3, StreamRun.ItemsOf(ring).OfType<FormatItem>().Count());
    }

    [Fact]
    public void Listeners_of_a_pushed_mp3_hear_the_sound_of_the_station()
    {
        BroadcastRing mp3 = Open("mp3");
        BroadcastRing pcm = _engine.Listing.Renditions.Single(r => r.Info.Name == "l16");
        Assert.True(pcm.TryOpen(default, out RingLease? lease, out _));
        Push(Mp3(seconds: 5), seconds: 10);
        lease.Dispose();

        float[] station = [.. Packets(pcm).SelectMany(p => Samples(p.Payload.ToArray()))];
        long start = Packets(pcm)[0].Position;
        var heard = new Recording();
        using var decoder = new MpegStreamDecoder();
        double error = 0, power = 0;
        foreach (PacketItem packet in Packets(mp3))
        {
            heard.Pcm.Clear();
            decoder.Write(packet.Payload.Span, heard);
            int at = (int)(packet.Position - start) * 2;
            for (int i = 0; i < heard.Pcm.Count && packet.Position > start + 44_100 && at + i < station.Length; i++)
            {
                error += Math.Pow(heard.Pcm[i] - station[at + i], 2);
                power += Math.Pow(station[at + i], 2);
            }
        }

        // Also over both splices and their cross-fades.
        Assert.True(error < power / 100, $"signal to error: {10 * Math.Log10(power / error)} dB");
    }

    [Fact]
    public void Another_encoding_is_not_passed_on_but_encoded()
    {
        BroadcastRing ring = Open("opus");
        List<byte[]> frames = Mp3(seconds: 5);
        Push(frames, seconds: 6);

        Assert.Single(StreamRun.ItemsOf(ring).OfType<FormatItem>());
        Assert.All(Packets(ring), p => Assert.Equal(960, p.Frames));
    }

    [Fact]
    public void A_pushed_rate_that_is_not_the_stations_is_not_passed_on()
    {
        BroadcastRing ring = Open("mp3");
        Push(Mp3(seconds: 5, new AudioFormat(48_000, 2)), seconds: 6);

        Assert.Single(StreamRun.ItemsOf(ring).OfType<FormatItem>());
    }

    [Fact]
    public void Sound_that_follows_pushed_mp3_and_is_not_mp3_is_encoded_without_a_pause()
    {
        BroadcastRing ring = Open("mp3");
        Push(Mp3(seconds: 12), seconds: 12, at: 5, () =>
        {
            Assert.True(_buffer.TryBegin("another", takesOver: true, out IngestWriter? other));
            other.OnFormat(new StreamFormat(Format, 16, StreamCodec.Pcm, 0, []));
            other.OnPacket([], new float[Format.FramesIn(TimeSpan.FromSeconds(4)) * 2]);
        });

        PacketItem[] packets = Packets(ring);
        Assert.All(packets.Zip(packets.Skip(1)),
            pair => Assert.InRange(pair.Second.Position - pair.First.Position - pair.First.Frames, -576, 576));
        Assert.InRange(packets.Length * 1152 / 44_100.0, 10, 14);
    }

    public void Dispose()
    {
        _lease?.Dispose();
        _engine.Dispose();
    }

    private static List<byte[]> Mp3(int seconds, AudioFormat? format = null)
    {
        AudioFormat pcm = format ?? Format;
        using var encoder = new Mp3Encoder(pcm);
        var frames = new List<byte[]>();
        float[] block = new float[encoder.FramesPerPacket * 2];
        byte[] packet = new byte[encoder.MaxPacketLength];
        var noise = new Random(1);
        for (int at = 0; at < pcm.SampleRate * seconds; at += encoder.FramesPerPacket)
        {
            for (int i = 0; i < block.Length; i++)
            {
                double t = (at + (i / 2)) / (double)pcm.SampleRate;
                block[i] = (float)(0.3 * Math.Sin(2 * Math.PI * 440 * t) * (Math.Sin(2 * Math.PI * 3 * t) > 0 ? 1 : 0.1))
                    + (noise.NextSingle() * 0.01f);
            }

            encoder.Encode(block, packet);
            while (encoder.TryTake(packet, out int length, out _))
            {
                frames.Add(packet[..length]);
            }
        }

        return frames;
    }

    private static IEnumerable<float> Samples(byte[] l16)
    {
        for (int i = 0; i < l16.Length; i += 2)
        {
            yield return (short)((l16[i] << 8) | l16[i + 1]) / 32768f;
        }
    }

    private static PacketItem[] Packets(BroadcastRing ring) => [.. StreamRun.ItemsOf(ring).OfType<PacketItem>()];

    private BroadcastRing Open(string rendition)
    {
        BroadcastRing ring = StreamRun.Find(_engine, rendition);
        Assert.True(ring.TryOpen(new RingRequest(TimeSpan.FromSeconds(2)), out _lease, out _));
        return ring;
    }

    /// <summary>Pushes in real time and then is gone.</summary>
    private void Push(List<byte[]> frames, int seconds, double at = double.MaxValue, Action? then = null)
    {
        Assert.True(_buffer.TryBegin("a test", takesOver: false, out IngestWriter? writer));
        using var decoder = new MpegStreamDecoder();
        int sent = 0;
        long start = _time.Now;
        while (_time.Now < start + (seconds * _time.TimestampFrequency))
        {
            double now = (_time.Now - start) / (double)_time.TimestampFrequency;
            for (; sent < frames.Count && sent * 1152 / 44_100.0 < now; sent++)
            {
                decoder.Write(frames[sent], writer);
            }

            if (now >= at && then is not null)
            {
                then();
                then = null;
            }

            if (sent == frames.Count)
            {
                writer.Dispose();
            }

            long next = _engine.Step(TestContext.Current.CancellationToken);
            _time.Now = Math.Min(next, _time.Now + (_time.TimestampFrequency / 100));
        }
    }

    private sealed class Recording : IStreamSink
    {
        internal List<float> Pcm { get; } = [];

        public void OnFormat(StreamFormat format) => Assert.Equal(Format, format.Pcm);

        public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm) => Pcm.AddRange(pcm);

        public void OnTrack(TrackInfo track)
        {
        }
    }
}
