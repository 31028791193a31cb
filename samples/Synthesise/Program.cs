using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

// Ten seconds of a tone at rtsp://HOST:8554/tone, from the first listener on. A write waits until the station has room for it.
var sound = new PcmSource(new(SampleRate: 48_000, Channels: 1));
var options = new StationServerOptions { EndsWithStations = true };
await using StationServer server = StationServer.Open([new Station(new StationOptions { Name = "tone" }, sound)], options);
Task serving = server.RunAsync(CancellationToken.None);
for (int at = 0; at < 480_000; at += 480)
{
    await sound.WriteAsync(Enumerable.Range(at, 480).Select(i => MathF.Sin(MathF.Tau * 440 * i / 48_000) / 4).ToArray());
}
sound.Complete();
await serving;
