using Linnet.Serving;
using Linnet.Stations;
using OwnSource;

// Plays noise at rtsp://HOST:8554/noise, until the program is stopped. The station reads the source when it needs sound.
await using StationServer server = StationServer.Open([new Station(new StationOptions { Name = "noise" }, new Noise())]);
await server.RunAsync(CancellationToken.None);
