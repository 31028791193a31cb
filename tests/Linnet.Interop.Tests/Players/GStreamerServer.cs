using System.Globalization;

namespace Linnet.Interop.Tests.Players;

/// <summary>GStreamer's RTSP server with one station per codec. Each client gets it from the start, once.</summary>
public sealed class GStreamerServer : IAsyncLifetime
{
    internal const double Seconds = 2;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-test-").FullName;
    private Tool? _server;

    internal int Port { get; private set; }

    internal WavSound Music { get; } = WavSound.Sweep(44_100, 2, Seconds);

    internal WavSound Wide { get; } = WavSound.Sweep(48_000, 2, Seconds);

    internal WavSound Speech { get; } = WavSound.Sweep(8000, 1, Seconds);

    /// <summary>The full path of a file in the test's temporary folder.</summary>
    internal string this[string name] => Path.Combine(_folder, name);

    public async ValueTask InitializeAsync()
    {
        string music = $"{Wav("music", Music)} ! audioconvert dithering=none";
        string speech = Wav("speech", Speech);
        _server = Tool.Start(
            "/usr/bin/python3",
            Path.Combine(AppContext.BaseDirectory, "Players", "gstreamer-rtsp-server.py"),
            $"l16={music} ! audio/x-raw,format=S16BE ! rtpL16pay name=pay0 pt=97",
            $"l24={music} ! audio/x-raw,format=S24BE ! rtpL24pay name=pay0 pt=98",
            $"opus={Wav("wide", Wide)} ! audioconvert ! opusenc bitrate=128000 ! rtpopuspay name=pay0 pt=99",
            $"red={Wav("wide", Wide)} ! audioconvert ! opusenc bitrate=64000 ! rtpopuspay pt=96 ! rtpredenc name=pay0 pt=98 distance=1 "
                + "allow-no-red-blocks=false",
            $"pcmu={speech} ! mulawenc ! rtppcmupay name=pay0",
            $"pcma={speech} ! alawenc ! rtppcmapay name=pay0");
        Port = int.Parse(await _server.LineAsync("port ", StartLimit), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Wav(string name, WavSound sound)
    {
        string path = this[$"{name}.wav"];
        sound.Save(path);
        return $"filesrc location={path} ! wavparse";
    }
}
