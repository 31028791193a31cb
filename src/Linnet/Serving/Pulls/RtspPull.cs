using System.Runtime.CompilerServices;
using Linnet.Audio;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Sources.Ingest;
using Linnet.Transports;
using Linnet.Transports.Http.Push;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving.Pulls;

/// <summary>
/// Plays another server's RTSP into a station: a player whose device is the station. So the stream is repaired, synchronized and
/// reconnected as in any player.
/// </summary>
/// <param name="address">URL of the station on the other server.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs connections and failures.</param>
/// <param name="trust">The certificates that are accepted over TLS; <see langword="null"/>: those that this system trusts.</param>
internal sealed class RtspPull(Uri address, TimeProvider time, ILogger logger, ServerTrust? trust = null)
{
    /// <summary>Size of the queue between the player and the station. Both use the same clock, so it only bridges a busy moment.</summary>
    internal static readonly TimeSpan Target = TimeSpan.FromMilliseconds(300);

    /// <summary>Plays until cancelled.</summary>
    internal Task RunAsync(IngestBuffer station, CancellationToken cancellationToken) =>
        new PullLoop(address, time, logger).RunAsync(
            station, (backoff, token) => PlayOnceAsync(station, backoff, token), cancellationToken);

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
                return await PlayAsync(writer, backoff, cancellationToken).ConfigureAwait(false)
                    ? $"{address.Host} has ended."
                    : $"{address.Host} sent no audio for {PushServerOptions.SoundTime.TotalSeconds:F0} s.";
            }
            catch (TransportException e)
            {
                if (e.IsFinal)
                {
                    backoff.Slow();
                }

                return e.Message;
            }
        }
    }

    // False: there is a server, but it sends no audio.
    private async Task<bool> PlayAsync(IngestWriter writer, Backoff backoff, CancellationToken cancellationToken)
    {
        var device = new StationDevice(writer, time);
        await using ConfiguredAsyncDisposable closingDevice = device.ConfigureAwait(false);
        var player = new Player(
            new PlayerOptions { Url = address, Trust = trust, FeedsStation = true }, device, time,
            new StationLogger(logger, writer.Station));
        await using ConfiguredAsyncDisposable closingPlayer = player.ConfigureAwait(false);
        device.IsHeard = () => player.IsHeard;
        try
        {
            await player.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (device.HasSound)
            {
                backoff.Reset();
            }
        }

        return !device.IsSilent;
    }

    /// <summary>
    /// Takes what a player plays, at the pace of the local clock, but not the silence that the player plays while it has no audio.
    /// </summary>
    private sealed class StationDevice(IngestWriter writer, TimeProvider time) : IAudioDevice
    {
        private readonly NullDevice _clock = new(time);
        private AudioFormat _format;
        private bool _wasHeard = true;
        private long _heardAt;

        public string Name => writer.Station;

        public bool HasClock => true;

        public int BitDepth { get; set; }

        /// <summary>
        /// Whether it gave up because nothing was heard. The received packets may never become decodable: a new request may help.
        /// </summary>
        internal bool IsSilent { get; private set; }

        internal bool HasSound { get; private set; }

        internal Func<bool> IsHeard { get; set; } = () => false;

        public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
        {
            _format = wanted;
            _heardAt = time.GetTimestamp();
            writer.OnFormat(new StreamFormat(wanted, BitDepth, StreamCodec.Pcm, 0, []));
            return _clock.OpenAsync(wanted, cancellationToken);
        }

        public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken) =>
            _clock.RunAsync(
                (pcm, heardAt) =>
                {
                    // The last audio is taken by the call that finds that none follows.
                    bool wasPlaying = IsHeard();
                    int frames = callback(pcm, heardAt);
                    bool isHeard = frames > 0 && (wasPlaying || IsHeard());
                    if (isHeard)
                    {
                        HasSound = true;
                        _heardAt = time.GetTimestamp();
                        if (!_wasHeard)
                        {
                            writer.SetBroken();
                        }

                        writer.OnPacket([], pcm[..(frames * _format.Channels)]);
                    }

                    _wasHeard = isHeard;
                    IsSilent = time.GetElapsedTime(_heardAt) > PushServerOptions.SoundTime;
                    return IsSilent ? AudioDevice.End : frames;
                },
                cancellationToken);

        public ValueTask DisposeAsync() => _clock.DisposeAsync();
    }
}
