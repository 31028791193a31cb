using System.Globalization;
using System.Runtime.InteropServices;
using Linnet.Interop.Tests.Page;

namespace Linnet.Interop.Tests.Hls;

/// <summary>Players of HLS that write what they play into a file.</summary>
internal static class HlsPlayers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // A decoder that joins in the midst of a stream needs a moment.
    private const int Join = Music.Rate / 10;

    // Float32, two channels.
    private const int FrameSize = 8;

    /// <summary>Plays with ffmpeg, which must not complain.</summary>
    /// <param name="url">A playlist.</param>
    /// <param name="duration">How much of it.</param>
    /// <param name="format">A raw format of ffmpeg.</param>
    internal static async Task<byte[]> FfmpegAsync(string url, TimeSpan duration, string format)
    {
        using var folder = new TempFolder();
        await using Tool ffmpeg = Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-i", url, "-t", duration.TotalSeconds.ToString(CultureInfo.InvariantCulture), "-f",
            format, folder["heard"]);
        int code = await ffmpeg.ExitAsync(duration + Patience);

        // It gives the last frame of an MP3 segment the time of the next segment, and complains of that itself.
        string[] complaints = ffmpeg.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        complaints = [.. complaints.Where(static line => !line.Contains("non monotonically increasing dts", StringComparison.Ordinal))];
        Assert.True(code == 0 && complaints.Length == 0, $"ffmpeg ended with {code}: {ffmpeg.Errors}");
        return await File.ReadAllBytesAsync(folder["heard"]);
    }

    /// <summary>The same into float32. Returns the left channel, from where the decoder is sure.</summary>
    internal static async Task<float[]> FfmpegAsync(string url, TimeSpan duration) =>
        Left(await FfmpegAsync(url, duration, "f32le"));

    /// <summary>Plays with GStreamer. Returns the left channel, from where the decoder is sure.</summary>
    /// <param name="url">A playlist.</param>
    /// <param name="duration">How much of it.</param>
    internal static async Task<float[]> GStreamerAsync(string url, TimeSpan duration)
    {
        // It does not end by itself: a live playlist has no end.
        using var folder = new TempFolder();
        var file = new FileInfo(folder["heard"]);
        int wanted = (int)duration.TotalSeconds * Music.Rate * FrameSize;
        await using Tool player = Tool.Start(
            "gst-launch-1.0", "-q", "uridecodebin", $"uri={url}", "!", "audioconvert", "!",
            $"audio/x-raw,format=F32LE,rate={Music.Rate},channels=2,layout=interleaved", "!", "filesink", "buffer-mode=unbuffered",
            $"location={file.FullName}");
        await Until.TrueAsync(() => IsFull(file, wanted), duration + Patience, () => player.Errors);
        return Left((await File.ReadAllBytesAsync(file.FullName))[..wanted]);
    }

    private static bool IsFull(FileInfo file, int bytes)
    {
        file.Refresh();
        return file.Exists && file.Length >= bytes;
    }

    private static float[] Left(byte[] stereo)
    {
        ReadOnlySpan<float> samples = MemoryMarshal.Cast<byte, float>(stereo);
        float[] left = new float[(samples.Length / 2) - Join];
        for (int i = 0; i < left.Length; i++)
        {
            left[i] = samples[2 * (Join + i)];
        }

        return left;
    }
}
