using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>
/// A station whose audio comes from a sender: a source client, or another server that it pulls from. A fallback may play while there is no
/// sender.
/// </summary>
/// <remarks>
/// The station is created when its format is known: at once from its fallback or its options, or when the first sender connects.
/// </remarks>
public sealed class IngestStation : IDisposable
{
    private readonly StationOptions _options;
    private readonly IAudioSource? _fallback;
    private FallbackSource? _source;
    private Station? _station;

    /// <summary>Creates a station that waits for its sender.</summary>
    /// <param name="options">Its name and encodings.</param>
    /// <param name="format">Its format; <see langword="null"/> for the format of its fallback or its first sender.</param>
    /// <param name="fallback">Plays while there is no sender; disposed with this. <see langword="null"/> for silence.</param>
    /// <param name="ingest">How much of the sender's audio is buffered; default 1.5 s.</param>
    /// <exception cref="ArgumentException">The options have problems, or the fallback is live.</exception>
    public IngestStation(StationOptions options, AudioFormat? format = null, IAudioSource? fallback = null, IngestOptions? ingest = null)
    {
        _options = options.ThrowIfInvalid();
        if (fallback is { IsLive: true })
        {
            throw new ArgumentException(
                $"The fallback of {options.Name} must be available at any time: use a file, a folder, a playlist or a tone.",
                nameof(fallback));
        }

        AudioFormat? known = format ?? fallback?.Format;
        _fallback = fallback is not null && fallback.Format != known ? new ConvertingSource(fallback, known!.Value) : fallback;
        Ingest = new IngestBuffer(options.Name, ingest ?? new IngestOptions(), known);
    }

    /// <summary>Its name in URLs.</summary>
    public string Name => _options.Name;

    /// <summary>Receives the sender's audio.</summary>
    internal IngestBuffer Ingest { get; }

    /// <summary>Pulls the audio until cancelled; <see langword="null"/> if senders push it.</summary>
    internal Func<IngestBuffer, CancellationToken, Task>? Pull { get; init; }

    /// <summary>Disposes the fallback, unless a station owns it.</summary>
    public void Dispose()
    {
        if (_station is null)
        {
            _fallback?.Dispose();
        }
    }

    /// <summary>Creates the station, whose format is known.</summary>
    /// <param name="first">The format of its first sender, if the station is created because of that.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs the station's events.</param>
    internal Station Create(StreamFormat? first, TimeProvider time, ILogger logger)
    {
        _source = new FallbackSource(Ingest, _fallback, first?.BitDepth ?? _fallback?.BitDepth ?? 0, logger);
        return _station = new Station(_options with { StartAtOnce = true, IsFed = true, Sent = first }, _source, time, logger);
    }

    /// <summary>Takes back what it gave to a server that could not open: its station ends, and it can create another.</summary>
    internal async ValueTask TakeBackAsync()
    {
        (Ingest.FormatKnown, Ingest.Begun) = (null, null);
        if (_station is { } station)
        {
            _source?.KeepFallback();
            _station = null;
            await station.DisposeAsync().ConfigureAwait(false);
        }
    }
}
