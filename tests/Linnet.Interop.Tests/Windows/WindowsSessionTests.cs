using System.Buffers.Binary;

namespace Linnet.Interop.Tests.Windows;

/// <summary>The end of a Windows session: the user signs out, or shuts the machine down.</summary>
[Collection(nameof(Wine))]
public sealed class WindowsSessionTests(Wine wine) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Signing_out_ends_a_recording_with_a_complete_WAV_header()
    {
        WavSound.Noise(44_100, 2, 16, 60).Save(_folder["song.wav"]);
        await using Serving server = await Serving.StartAsync(_folder["song.wav"], "--once");
        await using Tool recorder = wine.StartLinnet("record", server.Url("song/pcm"), Wine.PathOf(_folder["take.wav"]));
        await Until.TrueAsync(
            () => File.Exists(_folder["take.wav"]) && new FileInfo(_folder["take.wav"]).Length > 300_000, state: () => recorder.Errors);

        await wine.SignOutAsync();

        Assert.True(await recorder.ExitAsync(Limit) == 0, recorder.Errors);
        byte[] file = await File.ReadAllBytesAsync(_folder["take.wav"], TestContext.Current.CancellationToken);
        Assert.Equal(file.Length - 8, (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)));
    }
}
