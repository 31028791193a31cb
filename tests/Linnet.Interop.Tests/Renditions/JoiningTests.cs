using System.Buffers;
using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Tests.Stations;

namespace Linnet.Interop.Tests.Renditions;

/// <summary>A listener that joins at any packet of a stream gets the sound from there.</summary>
public class JoiningTests
{
    private const int Rate = 48_000;
    private const int Title = 2 * Rate;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("mp3", 0.5)]
    [InlineData("mp3", 1.987)]
    [InlineData("opus", 0.5)]
    [InlineData("opus", 1.93)]
    [InlineData("opus", 1.99)]
    [InlineData("opus", 2.01)]
    [InlineData("opus", 2.1)]
    [InlineData("flac", 0.5)]
    [InlineData("flac", 2.3)]
    [InlineData("wav", 1.01)]
    public async Task A_listener_gets_the_sound_from_where_it_joins(string rendition, double at)
    {
        WavSound sound = WavSound.Sweep(Rate, 2, seconds: 4);
        StreamRun run = StreamRun.Of(new SamplesSource(sound, 16) { Tracks = { [Title] = new TrackInfo("second") } }, rendition);
        (byte[] joined, long position) = Join(run, (long)(at * Rate));
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["joined"], joined, TestContext.Current.CancellationToken);

        await using Tool ffmpeg =
            Tool.Start("ffmpeg", "-nostdin", "-v", "error", "-i", folder["joined"], "-f", "f32le", "-ac", "1", folder["raw"]);
        Assert.Equal(0, await ffmpeg.ExitAsync(Limit));
        Assert.DoesNotContain(ffmpeg.Errors.Split('\n'), line => line.Trim().Length > 0 && !IsReservoir(line));

        float[] decoded =
            MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(folder["raw"], TestContext.Current.CancellationToken)).ToArray();
        float[] mono = [.. Enumerable.Range(0, sound.Frames).Select(i => (sound.Samples[2 * i] + sound.Samples[(2 * i) + 1]) / 65536f)];
        Correlation found = Correlation.Of(mono, decoded);
        Assert.True(found.Value > 0.97, $"correlation {found.Value}");

        // Within the page where it joined, plus the frames that a decoder needs to settle.
        Assert.InRange(found.Lag, position - 4800, position + 4800);
    }

    /// <summary>The first frame or two of an MP3 need the earlier bit reservoir.</summary>
    private static bool IsReservoir(string line) =>
        line.Contains("invalid new backstep", StringComparison.Ordinal) || line.Contains("overread", StringComparison.Ordinal)
            || line.Contains("mp3float", StringComparison.Ordinal);

    private static (byte[] Bytes, long Position) Join(StreamRun run, long at)
    {
        IStreamContainer container = run.CreateContainer();
        var before = new ArrayBufferWriter<byte>();
        var bytes = new ArrayBufferWriter<byte>();
        long? position = null;
        foreach (RingItem item in run.Items)
        {
            if (position is null && item is PacketItem && item.Position >= at)
            {
                position = item.Position;
                bytes.Write(container.Head.Span);
            }

            container.Write(item, position is null ? before : bytes);
        }

        return (bytes.WrittenSpan.ToArray(), position!.Value);
    }
}
