using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Linnet.Interop.Tests.Windows;

/// <summary>Linnet at a Windows command prompt.</summary>
[Collection(nameof(Wine))]
public sealed class WindowsConsoleTests(Wine wine) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly string[] Formats = ["WAV", "Opus", "MP3", "FLAC", "Vorbis"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ctrl_C_ends_a_recording_with_a_complete_WAV_header()
    {
        WavSound song = WavSound.Noise(44_100, 2, 16, 60);
        song.Save(_folder["song.wav"]);
        await using Serving server = await Serving.StartAsync(_folder["song.wav"], "--once");
        await using Tool recorder = wine.StartLinnetInTerminal("record", server.Url("song/pcm"), Wine.PathOf(_folder["take.wav"]));
        var take = new FileInfo(_folder["take.wav"]);
        await Until.TrueAsync(() => Refreshed(take) > 300_000, state: () => recorder.Output);

        await recorder.TypeAsync("\u0003");

        Assert.True(await recorder.ExitAsync(Limit) == 0, recorder.Output);
        WavSound heard = WavSound.Load(_folder["take.wav"]);
        Assert.Equal(0, song.FindRun(heard));
        // The header says what the file holds, not that it is a stream.
        byte[] file = await File.ReadAllBytesAsync(_folder["take.wav"], TestContext.Current.CancellationToken);
        Assert.Equal(file.Length - 8, (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)));
    }

    [Fact]
    public async Task Ctrl_C_ends_a_server()
    {
        await using Tool server = wine.StartLinnetInTerminal(
            "serve", "tone", "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "0");
        await Until.TrueAsync(() => server.Output.Contains("tone", StringComparison.Ordinal));

        await server.TypeAsync("\u0003");

        Assert.True(await server.ExitAsync(Limit) == 0, server.Output);
    }

    [Fact]
    public async Task Errors_are_one_sentence_without_a_stack_trace()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        _folder.Write("notes.wav", "This is not audio.");
        string[] elsewhere = ["--bind", "127.0.0.1", "--rtp-port", "0", "--http-port", "off"];

        string[] said = await Task.WhenAll(
            ErrorsAsync(1, ["serve", "tone", "--rtsp-port", $"{port}", .. elsewhere]),
            ErrorsAsync(1, ["serve", @"Z:\no such folder\song.wav", "--rtsp-port", "0", .. elsewhere]),
            ErrorsAsync(1, ["serve", Wine.PathOf(_folder["notes.wav"]), "--rtsp-port", "0", .. elsewhere]),
            ErrorsAsync(1, "play", $"rtsp://127.0.0.1:{port}/x", "--output", @"Z:\no such folder\take.wav"));

        Assert.Contains($"{port}", said[0], StringComparison.Ordinal);
        Assert.Contains(@"Z:\no such folder\song.wav does not exist", said[1], StringComparison.Ordinal);
        Assert.Contains("notes.wav", said[2], StringComparison.Ordinal);
        Assert.Contains("no such folder", said[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_formats_are_read_by_managed_code()
    {
        string formats = await wine.RunLinnetAsync("formats");

        TestContext.Current.TestOutputHelper?.WriteLine(formats);
        Assert.All(Formats, name => Assert.Contains(name, formats, StringComparison.Ordinal));
        Assert.DoesNotContain("apt-get", formats, StringComparison.Ordinal);
    }

    private static long Refreshed(FileInfo file)
    {
        file.Refresh();
        return file.Exists ? file.Length : 0;
    }

    private async Task<string> ErrorsAsync(int code, params string[] arguments)
    {
        await using Tool linnet = wine.StartLinnet(arguments);
        Assert.True(await linnet.ExitAsync(Limit) == code, linnet.Errors);
        Assert.DoesNotContain("   at ", linnet.Errors, StringComparison.Ordinal);
        string[] lines = [.. linnet.Errors.Split('\n').Where(static line => line.StartsWith("linnet: ", StringComparison.Ordinal))];
        return Assert.Single(lines);
    }
}
