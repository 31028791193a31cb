using Linnet.Serving;
using Linnet.Sources.Files;
using Linnet.Stations;

// Starts with its first listener, and ends when the file and the last listener have ended: rtsp://HOST:8554/song
var station = new Station(new StationOptions { Name = "song" }, FileSource.Open(args[0]));
await using StationServer server = StationServer.Open([station]);
await server.RunAsync(CancellationToken.None);
