using System.Globalization;

namespace Linnet.Interop.Tests.PyAudio;

/// <summary><c>linnet play</c> with servers like the tutorial's.</summary>
public class TutorialServerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Over_unpaced_TCP_audio_is_bit_exact_up_to_the_last_sample(int protocol)
    {
        WavSound sound = WavSound.Noise(44_100, 2, 16, 20.123, seed: protocol);
        using var folder = new TempFolder();
        sound.Save(folder["song.wav"]);
        (Tool server, int port) =
            await PythonPeer.ServeAsync("tcp-server.py", folder["song.wav"], protocol.ToString(CultureInfo.InvariantCulture));
        await using Tool _ = server;

        await Tool.RunAsync(Limit, "linnet", "play", $"pyaudio-tcp://127.0.0.1:{port}", "--output", folder["heard.wav"]);

        AssertSame(sound, WavSound.Load(folder["heard.wav"]));
        await server.LineAsync("left", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Over_UDP_in_datagrams_of_40960_bytes_audio_is_bit_exact_up_to_the_last_sample()
    {
        WavSound sound = WavSound.Noise(44_100, 2, 16, 5.123);
        using var folder = new TempFolder();
        sound.Save(folder["song.wav"]);
        (Tool server, int port) = await PythonPeer.ServeAsync("udp-server.py", folder["song.wav"]);
        await using Tool _ = server;

        await Tool.RunAsync(Limit, "linnet", "play", $"pyaudio-udp://127.0.0.1:{port}", "--output", folder["heard.wav"]);

        AssertSame(sound, WavSound.Load(folder["heard.wav"]));
    }

    [Theory]
    [InlineData(48_000, 1, 24, "s24le:48000:1")]
    [InlineData(8_000, 2, 8, "u8:8000:2")]
    [InlineData(22_050, 1, 16, "s16le:22050:1")]
    public async Task Other_formats_are_played_as_specified(int rate, int channels, int bits, string format)
    {
        WavSound sound = WavSound.Noise(rate, channels, bits, 3.3);
        WavSound stored = bits == 8 ? sound with { Samples = [.. sound.Samples.Select(s => s + 128)] } : sound;
        using var folder = new TempFolder();
        stored.Save(folder["song.wav"]);
        (Tool server, int port) = await PythonPeer.ServeAsync("tcp-server.py", folder["song.wav"]);
        await using Tool _ = server;

        await Tool.RunAsync(Limit, "linnet", "record", $"pyaudio-tcp://127.0.0.1:{port}", folder["heard.wav"], "--format", format);

        WavSound heard = WavSound.Load(folder["heard.wav"]);
        Assert.Equal(bits == 8 ? sound with { Bits = 16, Samples = [.. sound.Samples.Select(s => s << 8)] } : sound, heard, SameSound);
    }

    [Fact]
    public async Task Played_at_clock_speed_it_ends_with_the_file_and_nothing_is_missing()
    {
        WavSound sound = WavSound.Noise(44_100, 2, 16, 4);
        using var folder = new TempFolder();
        sound.Save(folder["song.wav"]);
        (Tool server, int port) = await PythonPeer.ServeAsync("tcp-server.py", folder["song.wav"]);
        await using Tool _ = server;

        string said =
            await Tool.RunAsync(Limit, "linnet", "play", $"pyaudio-tcp://127.0.0.1:{port}", "--output", "null", "--stats", "json");

        string last = said.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("""{"state":"ended","codec":"s16le","sample_rate":44100,"channels":2,""", last, StringComparison.Ordinal);
        Assert.Contains("""
            "lost":0,"late":0,"duplicate":0,"concealed_ms":0,
            """.Trim(), last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pickle_that_would_create_a_file_is_refused_and_creates_none()
    {
        using var folder = new TempFolder();
        string victim = folder["created-by-a-pickle"];
        (Tool server, int port) = await PythonPeer.ServeAsync("hostile-server.py", victim);
        await using Tool _ = server;
        await using Tool player = Tool.Start("linnet", "play", $"pyaudio-tcp://127.0.0.1:{port}", "--output", folder["heard.wav"]);

        Assert.Equal(1, await player.ExitAsync(Limit));
        Assert.Contains("does not send the messages of the PyAudio tutorial's server", player.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(victim));
        Assert.Equal(1024, WavSound.Load(folder["heard.wav"]).Frames);
    }

    private static void AssertSame(WavSound sent, WavSound heard) => Assert.Equal(sent, heard, SameSound);

    private static bool SameSound(WavSound sent, WavSound heard) =>
        (sent.SampleRate, sent.Channels, sent.Bits) == (heard.SampleRate, heard.Channels, heard.Bits)
            && sent.Samples.AsSpan().SequenceEqual(heard.Samples);
}
