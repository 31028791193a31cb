using System.Runtime.CompilerServices;
using Linnet.Audio;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Playback.Devices;
using Linnet.Transports;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>Plays another server's RTSP into a station of ours: a player whose device is the station. So it is repaired, kept up with, and come back to as any player does.</summary>
/// <param name="address">The station there.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what happens.</param>
internal sealed class RtspPull(Uri address, TimeProvider time, ILogger logger)
{
    /// <summary>What waits between the player and the station: both go by the same clock, so this only bridges a busy moment.</summary>
    internal static readonly TimeSpan Target = TimeSpan.FromMilliseconds(300);

    /// <summary>Plays until cancelled.</summary>
    internal Task RunAsync(IngestBuffer station, CancellationToken cancellationToken) =>
        new PullLoop(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped), time, logger)
            .RunAsync(station, (backoff, token) => PlayOnceAsync(station, backoff, token), cancellationToken);

    private async Task<string> PlayOnceAsync(IngestBuffer station, Backoff backoff, CancellationToken cancellationToken)
    {
        if (!station.TryBegin(address.Host, takesOver: true, out IngestWriter? writer))
        {
            return $"{address.Host} has no station to play on.";
        }

        using (writer)
        {
            try
            {
                await PlayAsync(writer, cancellationToken).ConfigureAwait(false);
                return $"{address.Host} has ended.";
            }
            catch (TransportException e)
            {
                return e.Message;
            }
            finally
            {
                if (writer.Format is not null)
                {
                    backoff.Reset();
                }
            }
        }
    }

    private async Task PlayAsync(IngestWriter writer, CancellationToken cancellationToken)
    {
        var device = new StationDevice(writer, time);
        await using ConfiguredAsyncDisposable closingDevice = device.ConfigureAwait(false);
        var player = new Player(new PlayerOptions { Url = address }, device, time, logger);
        await using ConfiguredAsyncDisposable closingPlayer = player.ConfigureAwait(false);
        device.IsHeard = () => player.State is PlayerState.Playing;
        await player.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes what a player plays, at the pace of our own clock; but not the silence it plays while it has nothing.</summary>
    private sealed class StationDevice(IngestWriter writer, TimeProvider time) : IAudioDevice
    {
        private readonly NullDevice _clock = new(time);
        private AudioFormat _format;
        private bool _wasHeard = true;

        public string Name => "station";

        public bool HasClock => true;

        public int BitDepth { get; set; }

        internal Func<bool> IsHeard { get; set; } = () => false;

        public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
        {
            _format = wanted;
            writer.OnFormat(new StreamFormat(wanted, BitDepth, StreamCodec.Pcm, 0, []));
            return _clock.OpenAsync(wanted, cancellationToken);
        }

        public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken) =>
            _clock.RunAsync(
                (pcm, heardAt) =>
                {
                    int frames = callback(pcm, heardAt);
                    bool isHeard = frames > 0 && IsHeard();
                    if (isHeard)
                    {
                        if (!_wasHeard)
                        {
                            writer.SetBroken();
                        }

                        writer.OnPacket([], pcm[..(frames * _format.Channels)]);
                    }

                    _wasHeard = isHeard;
                    return frames;
                },
                cancellationToken);

        public ValueTask DisposeAsync() => _clock.DisposeAsync();
    }
}
