using System.Text;

namespace Linnet.Interop.Tests.Windows;

/// <summary>Windows' paths: drives and backslashes, in arguments and in playlists, with names of more than ASCII.</summary>
[Collection(nameof(Wine))]
public sealed class WindowsPathTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly WavSound One = WavSound.Noise(44_100, 2, 16, 0.91, seed: 1);
    private static readonly WavSound Two = WavSound.Noise(44_100, 2, 16, 1.07, seed: 2);
    private static readonly int[] Both = [.. One.Samples, .. Two.Samples];

    private static readonly string[] Stations = ["folder", "whole", "part", "old"];

    private readonly Wine _wine;
    private readonly TempFolder _folder = new();

    public WindowsPathTests(Wine wine)
    {
        _wine = wine;
        Directory.CreateDirectory(_folder["Meine Müsik"]);
        One.Save(_folder["Meine Müsik/01 Grüße & Küsse (1=1).wav"]);
        Two.Save(_folder["Meine Müsik/02 Ärger, 100%.wav"]);
    }

    public void Dispose() => _folder.Dispose();

    private string Music => Wine.PathOf(_folder["Meine Müsik"]);

    [Fact]
    public async Task Folders_and_playlists_with_backslashes_drives_spaces_and_umlauts_are_played_whole()
    {
        // Each as a Windows program would write it: a whole path, a path from the list's folder, and one from the root of the drive.
        WriteList(
            "lists/whole.m3u8",
            $"#EXTM3U\r\n#EXTINF:1,Grüße\r\n{Music}\\01 Grüße & Küsse (1=1).wav\r\n{Music}\\02 Ärger, 100%.wav\r\n");
        WriteList(
            "lists/part.pls",
            "[playlist]\r\nNumberOfEntries=2\r\nFile1=..\\Meine Müsik\\01 Grüße & Küsse (1=1).wav\r\nTitle1=Grüße\r\n"
                + $"File2={Music[2..]}\\02 Ärger, 100%.wav\r\nVersion=2\r\n");
        // In the code page of Western Windows, as older players write it.
        File.WriteAllBytes(
            _folder["lists/old.m3u"],
            Encoding.Latin1.GetBytes($"{Music}\\01 Grüße & Küsse (1=1).wav\r\n..\\Meine Müsik\\02 Ärger, 100%.wav\r\n"));
        string lists = Wine.PathOf(_folder["lists"]);

        await using Serving server = await _wine.ServeAsync(
            $"folder={Music}", $"whole={lists}\\whole.m3u8", $"part={lists}\\part.pls", $"old={lists}\\old.m3u", "--once");
        await Task.WhenAll(Stations.Select(RecordAsync));

        foreach (string name in Stations)
        {
            int[] heard = WavSound.Load(_folder[$"{name}.wav"]).Samples;
            Assert.True(Both.AsSpan().SequenceEqual(heard), $"{name}: {heard.Length} of {Both.Length} samples\n{server.Tool.Errors}");
        }

        Task RecordAsync(string name) =>
            Tool.RunAsync(Limit, "linnet", "record", server.Url($"{name}/pcm"), _folder[$"{name}.wav"], "--transport", "tcp");
    }

    [Fact]
    public async Task A_path_without_a_name_gives_the_station_the_name_of_its_file()
    {
        File.Copy(_folder["Meine Müsik/02 Ärger, 100%.wav"], _folder["My Song.wav"]);

        await using Serving server = await _wine.ServeAsync(Wine.PathOf(_folder["My Song.wav"]), "--once");
        await _wine.RunLinnetAsync("record", server.Url("my-song/pcm"), Wine.PathOf(_folder["Meine Müsik/Aufnahme äöü.wav"]));

        Assert.Equal(Two.Samples, WavSound.Load(_folder["Meine Müsik/Aufnahme äöü.wav"]).Samples);
    }

    private void WriteList(string name, string text) => _folder.Write(name, text);
}
