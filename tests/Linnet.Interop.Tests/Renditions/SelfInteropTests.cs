using System.Buffers;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Sources;
using Linnet.Tests.Stations;

namespace Linnet.Interop.Tests.Renditions;

/// <summary>What Linnet serves over HTTP, recorded across three changes of title and served again as a file: all of it is there, and checkers find no fault.</summary>
public sealed class SelfInteropTests : IDisposable
{
    private const int Rate = 48_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly int[] Changes = [0, 50_000, 100_007, 160_000];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flac", 16, 0.0)]
    [InlineData("flac", 24, 0.0)]
    [InlineData("flac", 16, 0.7)]
    [InlineData("wav", 16, 0.0)]
    [InlineData("wav", 24, 0.7)]
    public async Task Lossless_renditions_come_back_sample_for_sample(string rendition, int bits, double joinAt)
    {
        WavSound sound = WavSound.Noise(Rate, 2, bits, seconds: 4.4);
        (byte[] recording, long from) = Record(sound, bits, rendition, joinAt);

        await AssertValidAsync(rendition, recording);
        (float[] pcm, _) = Play(rendition, recording);

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
    public async Task Lossy_renditions_come_back_whole(string rendition, double joinAt)
    {
        WavSound sound = WavSound.Sweep(Rate, 2, seconds: 4.4);
        (byte[] recording, long from) = Record(sound, 16, rendition, joinAt);

        await AssertValidAsync(rendition, recording);
        (float[] pcm, (long Position, string Title)[] tracks) = Play(rendition, recording);

        // To within a packet: what the encoder looks ahead is behind the sound. Who joins late misses what a decoder needs to come in.
        const int Packet = 1152;
        int missed = joinAt > 0 ? 4800 : Packet;
        long expected = sound.Frames - from;
        Assert.InRange(pcm.Length / 2, expected - missed, expected + (3 * Packet));
        Correlation found = Correlation.Of(sound.Channel(0), [.. pcm.Where(static (_, i) => i % 2 == 0)]);
        Assert.True(found.Value > 0.97, $"correlation {found.Value}");
        Assert.InRange(found.Lag, from - (2 * Packet), from + missed);
        if (rendition.StartsWith("opus", StringComparison.Ordinal))
        {
            Assert.Equal(Changes.Where((c, i) => i == Changes.Length - 1 || Changes[i + 1] > from).Select(static c => $"at {c}"), tracks.Select(static t => t.Title));
            Assert.All(tracks.Skip(1), track => Assert.InRange(track.Position, Number(track.Title) - from - missed - Packet, Number(track.Title) - from + Packet));
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

        IStreamContainer container = run.Stream.CreateContainer();
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

    private (float[] Pcm, (long Position, string Title)[] Tracks) Play(string name, byte[] recording)
    {
        string path = _folder[name];
        File.WriteAllBytes(path, recording);
        using FileSource source = FileSource.Open(path);
        var all = new List<float>();
        var tracks = new List<(long, string)>();
        float[] pcm = new float[4096 * source.Format.Channels];
        while (source.Read(pcm, TestContext.Current.CancellationToken) is { Frames: > 0 } read)
        {
            if (read.Track is { } track)
            {
                tracks.Add((all.Count / source.Format.Channels, track.Title));
            }

            all.AddRange(pcm.AsSpan(0, read.Frames * source.Format.Channels));
        }

        return ([.. all], [.. tracks]);
    }

    private async Task AssertValidAsync(string rendition, byte[] recording)
    {
        string codec = rendition.Split('-')[0];
        string path = _folder[$"recorded.{codec}"];
        await File.WriteAllBytesAsync(path, recording, TestContext.Current.CancellationToken);
        string[] checker = codec switch
        {
            "flac" => ["flac", "--test", "--silent"],
            "mp3" => ["mp3val", "-si"],
            "opus" => ["oggz-validate"],
            _ => ["sox", "--ignore-length", "-V2"],
        };
        await using Tool tool = Tool.Start(checker[0], [.. checker[1..], path, .. codec == "wav" ? (string[])["-n"] : []]);
        int code = await tool.ExitAsync(Limit);
        string said = tool.Output + tool.Errors;
        Assert.True(code == 0, $"{checker[0]} ended with {code}: {said}");

        // What they warn of is no fault: a live FLAC has no sum over all of it, a live MP3 no tags.
        Assert.DoesNotContain("error", said, StringComparison.OrdinalIgnoreCase);
    }
}
