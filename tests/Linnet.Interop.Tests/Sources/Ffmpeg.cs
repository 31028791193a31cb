using System.Diagnostics;
using Linnet.Sources;

namespace Linnet.Interop.Tests.Sources;

/// <summary>Makes audio files with the real ffmpeg, in a temporary folder.</summary>
public sealed class Ffmpeg : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-test-").FullName;

    /// <summary>The full path of a file in the folder.</summary>
    internal string this[string name] => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Two seconds of noise and a sweep, different in each channel.</summary>
    internal string Reference(string name, int rate, int channels, string codec = "pcm_s16le")
    {
        string path = this[name];
        if (!File.Exists(path))
        {
            string sound =
                string.Join('|', Enumerable.Range(1, channels).Select(c => $"0.3*sin(2*PI*(150*{c}+300*t)*t)+0.02*(random({c})-0.5)"));
            Run("-f", "lavfi", "-i", $"aevalsrc={sound}:s={rate}:d=2", "-c:a", codec, path);
        }

        return path;
    }

    /// <summary>Runs ffmpeg and waits for its end.</summary>
    internal static void Run(params string[] arguments)
    {
        using Process process = Start("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments]);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Starts a program whose output is a pipe.</summary>
    internal static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true })!;

    /// <summary>Everything a source gives, and the name of its first track.</summary>
    internal static (float[] Pcm, string? Track) ReadAll(IAudioSource source)
    {
        var all = new List<float>();
        var pcm = new float[4096 * source.Format.Channels];
        string? track = null;
        while (source.Read(pcm, TestContext.Current.CancellationToken) is { Frames: > 0 } read)
        {
            track ??= read.Track?.ToString();
            all.AddRange(pcm.AsSpan(0, read.Frames * source.Format.Channels));
        }

        return ([.. all], track);
    }
}
