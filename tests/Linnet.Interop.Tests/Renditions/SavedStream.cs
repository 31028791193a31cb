using Linnet.Sources.Files;

namespace Linnet.Interop.Tests.Renditions;

/// <summary>
/// A stream saved over HTTP: checked by the format's own checker, and played as a file.
/// </summary>
internal static class SavedStream
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Saves the recording, and fails if the checker finds a fault.</summary>
    internal static async Task CheckAsync(string rendition, string path, byte[] recording)
    {
        await File.WriteAllBytesAsync(path, recording, TestContext.Current.CancellationToken);
        await CheckAsync(rendition, path);
    }

    /// <summary>Fails if the format's checker finds a fault in the file.</summary>
    /// <param name="rendition">The rendition; the part after a dash is a bit rate.</param>
    /// <param name="path">Path of the file.</param>
    /// <param name="isCutOff">Whether the server stopped: then the last Ogg stream has no end.</param>
    internal static async Task CheckAsync(string rendition, string path, bool isCutOff = false)
    {
        string codec = rendition.Split('-')[0];
        string[] checker = codec switch
        {
            "flac" => ["flac", "--test", "--silent"],
            "mp3" => ["mp3val", "-si"],
            "opus" or "ogg" => ["oggz-validate"],
            _ => ["sox", "--ignore-length", "-V2", "-t", "wav"],
        };
        await using Tool tool = Tool.Start(checker[0], [.. checker[1..], path, .. codec == "wav" ? (string[])["-n"] : []]);
        int code = await tool.ExitAsync(Limit);
        string said = tool.Output + tool.Errors;
        if (isCutOff)
        {
            Assert.Matches("^[^:]*: Error:\\s+serialno [0-9]+: missing \\*\\*\\* eos\\s*$", said);
            return;
        }

        Assert.True(code == 0, $"{checker[0]} exited with {code}: {said}");

        // Warnings are not faults: a live FLAC has no checksum of the whole, a live MP3 no tags.
        Assert.DoesNotContain("error", said, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>All sound of a file, and its titles with their positions.</summary>
    internal static (float[] Pcm, (long Position, string Title)[] Tracks) Play(string path)
    {
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
}
