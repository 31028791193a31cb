using Linnet.Playback;
using Linnet.Playback.Devices;

// The second argument is the same as for `linnet play --output`: a device name, FILE.wav, - or null.
await using IAudioDevice device = AudioDevices.Create(args.Length > 1 ? args[1] : "default", TimeProvider.System);
await using var player = new Player(new PlayerOptions { Url = new Uri(args[0]) }, device);
await player.RunAsync(CancellationToken.None);
