using System.Buffers;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Tests.Stations;

namespace Linnet.Interop.Tests.Renditions;

/// <summary>
/// Linnet's HTTP streams, recorded across three title changes and served again as a file: they are complete, and checkers find no fault.
/// </summary>
public sealed class SelfInteropTests : IDisposable
{
    private const int Rate = 48_000;

    private static readonly int[] Changes = [0, 50_000, 100_007, 160_000];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flac", 16, 0.0)]
    [InlineData("flac", 24, 0.0)]
    [InlineData("flac", 16, 0.7)]
    [InlineData("wav", 16, 0.0)]
    [InlineData("wav", 24, 0.7)]
    public async Task Lossless_renditions_survive_a_recording_sample_for_sample(string rendition, int bits, double joinAt)
    {
        WavSound sound = WavSound.Noise(Rate, 2, bits, seconds: 4.4);
        (byte[] recording, long from) = Record(sound, bits, rendition, joinAt);

        await SavedStream.CheckAsync(rendition, _folder[$"recorded.{rendition}"], recording);
        (float[] pcm, _) = SavedStream.Play(_folder[$"recorded.{rendition}"]);

        float scale = 1L << (bits - 1);
        Assert.Equal(sound.Samples.Skip((int)from * 2).Select(s => s / scale), pcm);
    }

    [Theory]
    [InlineData("mp3", 0.0)]
    [InlineData("mp3", 0.7)]
    [InlineData("mp3-64", 0.0)]
    [InlineData("opus", 0.0)]
    [InlineData("opus", 0.7)]
    [InlineData("opus", 2.5)]
    [InlineData("opus-64", 0.0)]
    public async Task Lossy_renditions_survive_a_recording_completely(string rendition, double joinAt)
    {
        WavSound sound = WavSound.Sweep(Rate, 2, seconds: 4.4);
        (byte[] recording, long from) = Record(sound, 16, rendition, joinAt);

        await SavedStream.CheckAsync(rendition, _folder[$"recorded.{rendition}"], recording);
        (float[] pcm, (long Position, string Title)[] tracks) = SavedStream.Play(_folder[$"recorded.{rendition}"]);

        // To within a packet: the encoder's look-ahead comes after the sound. A late joiner misses the frames that a decoder needs to
        // settle.
        const int Packet = 1152;
        int missed = joinAt > 0 ? 4800 : Packet;
        long expected = sound.Frames - from;
        Assert.InRange(pcm.Length / 2, expected - missed, expected + (3 * Packet));
        Correlation found = Correlation.Of(sound.Channel(0), [.. pcm.Where(static (_, i) => i % 2 == 0)]);
        Assert.True(found.Value > 0.97, $"correlation {found.Value}");
        Assert.InRange(found.Lag, from - (2 * Packet), from + missed);
        if (rendition.StartsWith("opus", StringComparison.Ordinal))
        {
            Assert.Equal(Changes.Where((c, i) => i == Changes.Length - 1 || Changes[i + 1] > from).Select(static c => $"at {c}"),
                tracks.Select(static t => t.Title));
            Assert.All(tracks.Skip(1),
                track => Assert.InRange(track.Position, Number(track.Title) - from - missed - Packet, Number(track.Title) - from + Packet));
        }
    }

    private static int Number(string title) => int.Parse(title.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture);

    private static (byte[] Bytes, long From) Record(WavSound sound, int bits, string rendition, double joinAt)
    {
        var source = new SamplesSource(sound, bits);
        source.Tracks.Clear();
        foreach (int change in Changes)
        {
            source.Tracks[change] = new TrackInfo($"at {change}");
        }

        StreamRun run = StreamRun.Of(source, rendition, o => o with { Streams = [rendition] });
        if (joinAt == 0)
        {
            return (run.Bytes, 0);
        }

        IStreamContainer container = run.CreateContainer();
        var before = new ArrayBufferWriter<byte>();
        var bytes = new ArrayBufferWriter<byte>();
        long? from = null;
        foreach (RingItem item in run.Items)
        {
            if (from is null && item is PacketItem && item.Position >= joinAt * Rate)
            {
                from = item.Position;
                bytes.Write(container.Head.Span);
            }

            container.Write(item, from is null ? before : bytes);
        }

        return (bytes.WrittenSpan.ToArray(), from!.Value);
    }
}
