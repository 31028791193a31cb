using Linnet.Codecs.Ffmpeg;

namespace Linnet.Interop.Tests.Sources;

/// <summary>The real ffmpeg, beyond its CPU limit.</summary>
public sealed class FfmpegLimitTests : IDisposable
{
    /// <summary>Some hours of silence. A sparse file takes no space.</summary>
    private const long Length = 2L << 30;

    private readonly Ffmpeg _ffmpeg = new();

    public void Dispose() => _ffmpeg.Dispose();

    [Fact]
    public void It_is_stopped_with_the_reason()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has this limit.");
        string path = _ffmpeg["silence.wav"];
        WriteSilence(path);

        using FfmpegProcess process =
            FfmpegProcess.Start(path, Environment.GetEnvironmentVariable("PATH"), freeWork: TimeSpan.FromSeconds(1));
        byte[] buffer = new byte[1 << 16];
        while (process.Output.Read(buffer) > 0)
        {
            // Read to the end.
        }

        Assert.Equal("ffmpeg used too much CPU time for the audio it gave", process.WaitForProblem());
    }

    private static void WriteSilence(string path)
    {
        using FileStream file = File.Create(path);
        file.Write(PcmWav.Head(48_000, 1, 16, (uint)Length));
        file.SetLength(PcmWav.HeadLength + Length);
    }
}
