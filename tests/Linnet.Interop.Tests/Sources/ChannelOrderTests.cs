using System.Globalization;
using System.Runtime.InteropServices;
using Linnet.Codecs.Streams;
using Linnet.Interop.Tests.Streams;
using Linnet.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Sources;

/// <summary>Files and streams from the real ffmpeg, in which one channel after the other has sound.</summary>
public sealed class ChannelOrderTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    private const int Rate = 48_000;
    private const int Piece = Rate / 4;

    /// <summary>For each layout, our channel for each of its channels, in ffmpeg's order.</summary>
    private static readonly Dictionary<string, int[]> Layouts = new()
    {
        ["2.1"] = [0, 1, 3],
        ["3.0"] = [0, 1, 2],
        ["4.0"] = [0, 1, 2, 4],
        ["quad"] = [0, 1, 2, 3],
        ["3.1"] = [0, 1, 2, 3],
        ["5.0"] = [0, 1, 2, 3, 4],
        ["5.0(side)"] = [0, 1, 2, 3, 4],
        ["4.1"] = [0, 1, 2, 3, 4],
        ["5.1"] = [0, 1, 2, 3, 4, 5],
        ["5.1(side)"] = [0, 1, 2, 3, 4, 5],
        ["6.0"] = [0, 1, 2, 4, 5, 6],
        ["hexagonal"] = [0, 1, 2, 5, 6, 4],
        ["6.1"] = [0, 1, 2, 3, 4, 5, 6],
        ["7.0"] = [0, 1, 2, 4, 5, 6, 7],
        ["7.1"] = [0, 1, 2, 3, 4, 5, 6, 7],
    };

    private static readonly Dictionary<string, int> Channels = new()
    {
        ["2.1"] = 6,
        ["4.0"] = 7,
        ["3.1"] = 6,
        ["4.1"] = 7,
        ["6.0"] = 7,
        ["hexagonal"] = 7,
        ["7.0"] = 8,
    };

    [Theory]
    [InlineData("wav", "-c:a pcm_s16le", "2.1 3.0 4.0 quad 3.1 5.0 5.0(side) 4.1 5.1 5.1(side) 6.0 hexagonal 6.1 7.0 7.1")]
    [InlineData("flac", "-c:a flac", "2.1 3.0 4.0 quad 3.1 5.0 5.0(side) 4.1 5.1 5.1(side) 6.0 hexagonal 6.1 7.0 7.1")]
    [InlineData("ogg", "-c:a libvorbis -q:a 5", "3.0 quad 5.0 5.1 6.1 7.1")]
    [InlineData("opus", "-c:a libopus -b:a 400k -mapping_family 1", "3.0 quad 5.0 5.1 6.1 7.1")]
    [InlineData("caf", "-c:a pcm_s16le", "2.1 3.0 4.0 quad 3.1 5.0 4.1 5.1")]
    [InlineData("m4a", "-c:a aac -b:a 400k", "3.0 4.0 5.0 5.1")]
    [InlineData("mka", "-c:a ac3 -b:a 400k", "2.1 3.0 quad 5.0 5.1")]
    public void Every_channel_of_a_file_goes_to_its_speaker(string extension, string how, string layouts)
    {
        foreach ((string layout, string path) in Encode(layouts.Split(' '), extension, how))
        {
            using IAudioSource source =
                AudioSources.OpenPath(path, new SourceOptions { Loop = false }, NullLogger.Instance, TestContext.Current.CancellationToken);
            AssertOrder($"{layout}.{extension}", layout, source.Format.Channels, Ffmpeg.ReadAll(source).Pcm);
        }
    }

    [Theory]
    [InlineData("wav", "audio/wav", "-c:a pcm_s16le", "2.1 4.0 quad 3.1 5.0(side) 4.1 5.1(side) 6.0 hexagonal 6.1 7.0 7.1")]
    [InlineData("flac", "audio/flac", "-c:a flac", "2.1 4.0 quad 3.1 5.0(side) 4.1 5.1(side) 6.0 hexagonal 6.1 7.0 7.1")]
    [InlineData("oga", "audio/ogg", "-c:a flac", "quad 5.1 6.1 7.1")]
    [InlineData("ogg", "audio/ogg", "-c:a libvorbis -q:a 5", "3.0 quad 5.0 5.1 6.1 7.1")]
    [InlineData("opus", "audio/ogg", "-c:a libopus -b:a 400k -mapping_family 1", "3.0 quad 5.0 5.1 6.1 7.1")]
    [InlineData("aac", "audio/aac", "-c:a aac -b:a 400k -f adts", "4.0 5.1")]
    public void Every_channel_of_a_stream_goes_to_its_speaker(string extension, string type, string how, string layouts)
    {
        foreach ((string layout, string path) in Encode(layouts.Split(' '), extension, how))
        {
            Decoded decoded = Decoded.Of(File.ReadAllBytes(path), type);
            Assert.Null(decoded.Problem);
            StreamFormat format = Assert.Single(decoded.Formats);
            AssertOrder($"{layout} as {type}", layout, format.Pcm.Channels, CollectionsMarshal.AsSpan(decoded.Pcm));

            // Frames with unusual speakers are useless without their tags.
            Assert.True(decoded.Packets.Count == 0 || !Channels.ContainsKey(layout));
        }
    }

    /// <summary>Makes a file for each layout with a single ffmpeg.</summary>
    private List<(string Layout, string Path)> Encode(string[] layouts, string extension, string how)
    {
        List<string> inputs = [];
        List<string> outputs = [];
        List<(string, string)> files = [];
        foreach (string layout in layouts)
        {
            int count = Layouts[layout].Length;
            string sound = string.Join('|', Enumerable.Range(0, count).Select(c => string.Create(
                CultureInfo.InvariantCulture, $"0.5*sin(60*2*PI*t)*between(t\\,{(c * 0.25) + 0.03}\\,{(c * 0.25) + 0.22})")));
            string path = ffmpeg[$"{extension}-{files.Count}.{extension}"];
            inputs.AddRange(
                ["-f", "lavfi", "-i",
                    string.Create(CultureInfo.InvariantCulture, $"aevalsrc={sound}:s={Rate}:d={count * 0.25}:c={layout}")]);
            outputs.AddRange(["-map", files.Count.ToString(CultureInfo.InvariantCulture), .. how.Split(' '), path]);
            files.Add((layout, path));
        }

        Ffmpeg.Run([.. inputs, .. outputs]);
        return files;
    }

    private static void AssertOrder(string what, string layout, int channels, ReadOnlySpan<float> pcm)
    {
        int[] places = Layouts[layout];
        Assert.True(Channels.GetValueOrDefault(layout, places.Length) == channels, $"{what} has {channels} channels");
        for (int piece = 0; piece < places.Length; piece++)
        {
            double[] power = new double[channels];
            for (int frame = (piece * Piece) + (Piece / 3); frame < (piece * Piece) + (Piece * 2 / 3); frame++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    power[channel] += Math.Pow(pcm[(frame * channels) + channel], 2);
                }
            }

            Assert.True(Array.IndexOf(power, power.Max()) == places[piece] && power.Max() > 0.9 * power.Sum(),
                $"{what}: channel {piece} sounds in "
                    + $"[{string.Join(' ', power.Select(p => p.ToString("F1", CultureInfo.InvariantCulture)))}]");
        }
    }
}
