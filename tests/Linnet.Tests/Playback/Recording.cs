using System.Buffers.Binary;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Microsoft.Extensions.Logging;

namespace Linnet.Tests.Playback;

/// <summary>A player that records a lossless 16-bit stream into memory.</summary>
internal sealed class Recording : IAsyncDisposable
{
    private readonly MemoryStream _wav = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PipeDevice _device;

    internal Recording(PlayerOptions options, ILogger? logger = null)
    {
        _device = new PipeDevice("memory", _wav, TimeProvider.System);
        Player = new Player(options, _device, TimeProvider.System, logger);
        Running = Player.RunAsync(_stopping.Token);
    }

    internal Player Player { get; }

    internal Task Running { get; }

    /// <summary>The recording, once the player has ended.</summary>
    internal short[] Samples
    {
        get
        {
            byte[] wav = _wav.ToArray();
            int start = wav.AsSpan().IndexOf("data"u8) + 8;
            return [.. Enumerable.Range(0, (wav.Length - start) / 2)
                .Select(i => BinaryPrimitives.ReadInt16LittleEndian(wav.AsSpan(start + (2 * i))))];
        }
    }

    /// <summary>Cancels, and waits until the player has returned.</summary>
    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Running;
    }

    public async ValueTask DisposeAsync()
    {
        await Player.DisposeAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _device.DisposeAsync();
        await _wav.DisposeAsync();
        _stopping.Dispose();
    }
}
