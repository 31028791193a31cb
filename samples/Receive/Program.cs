using Linnet.Playback;
using Linnet.Playback.Devices;

// Prints how loud each block of the station rtsp://HOST:8554/NAME is, until the station ends.
await using var device = new CallbackDevice(OnSound);
await using var player = new Player(new PlayerOptions { Url = new Uri(args[0]) }, device);
await player.RunAsync(CancellationToken.None);

static void OnSound(ReadOnlySpan<float> pcm, PcmBlock block) =>
    Console.WriteLine($"{block.Format.DurationOf(block.Position)} peak {pcm.ToArray().Max(static sample => Math.Abs(sample)):F3}");
