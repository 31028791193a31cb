using Linnet.Serving;
using Linnet.Sources.Files;
using Linnet.Stations;

// Starts with the first listener. Ends when the file has ended and the last listener has left: rtsp://HOST:8554/song
var station = new Station(new StationOptions { Name = "song" }, FileSource.Open(args[0]));
await using StationServer server = StationServer.Open([station]);
await server.RunAsync(CancellationToken.None);
