using Linnet.Serving;
using Linnet.Sources.Files;
using Linnet.Stations;

// Plays rtsp://HOST:8554/song from the first listener on. Returns when the file has ended and the last listener has left.
var station = new Station(new StationOptions { Name = "song" }, FileSource.Open(args[0]));
await using StationServer server = StationServer.Open([station], new StationServerOptions { EndsWithStations = true });
await server.RunAsync(CancellationToken.None);
