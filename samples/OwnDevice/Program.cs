using Linnet.Playback;
using OwnDevice;

// Plays the station at rtsp://HOST:8554/NAME on a device of this program.
await using var device = new Meter();
await using var player = new Player(new PlayerOptions { Url = new Uri(args[0]) }, device);
await player.RunAsync(CancellationToken.None);
