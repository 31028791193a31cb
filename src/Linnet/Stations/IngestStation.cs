using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>
/// A station whose sound somebody sends: a pusher, or another server that is pulled from. There may be a fallback for when nobody does.
/// </summary>
/// <remarks>
/// The station comes into being when its format is known: at once by its fallback or by what was asked for, else when the first sender is
/// there.
/// </remarks>
public sealed class IngestStation : IDisposable
{
    private readonly StationOptions _options;
    private readonly IAudioSource? _fallback;
    private Station? _station;

    /// <summary>A station that waits for its sender.</summary>
    /// <param name="options">Its name and encodings.</param>
    /// <param name="format">Its format; <see langword="null"/>: its fallback's, else its first sender's.</param>
    /// <param name="fallback">What is heard when nobody sends; disposed with this. <see langword="null"/>: silence.</param>
    /// <param name="ingest">How much of what is sent waits; default 1.5 s.</param>
    /// <exception cref="ArgumentException">The options have problems, or the fallback is live.</exception>
    public IngestStation(StationOptions options, AudioFormat? format = null, IAudioSource? fallback = null, IngestOptions? ingest = null)
    {
        _options = options.ThrowIfInvalid();
        if (fallback is { IsLive: true })
        {
            throw new ArgumentException(
                $"The fallback of {options.Name} must be there when it is wanted: a file, a folder, a playlist or a tone.",
                nameof(fallback));
        }

        AudioFormat? known = format ?? fallback?.Format;
        _fallback = fallback is not null && fallback.Format != known ? new ConvertingSource(fallback, known!.Value) : fallback;
        Ingest = new IngestBuffer(options.Name, ingest ?? new IngestOptions(), known);
    }

    /// <summary>Its name in URLs.</summary>
    public string Name => _options.Name;

    /// <summary>Takes what is sent.</summary>
    public IngestBuffer Ingest { get; }

    /// <summary>Fetches the sound from elsewhere until cancelled; <see langword="null"/>: others push it.</summary>
    public Func<IngestBuffer, CancellationToken, Task>? Pull { get; init; }

    /// <summary>Frees the fallback, unless a station has it.</summary>
    public void Dispose()
    {
        if (_station is null)
        {
            _fallback?.Dispose();
        }
    }

    /// <summary>The station; its format is known.</summary>
    /// <param name="first">What its first sender sends, if it is there because of that.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Takes its few lines.</param>
    internal Station Create(StreamFormat? first, TimeProvider time, ILogger logger)
    {
        var source = new FallbackSource(Ingest, _fallback, first?.BitDepth ?? _fallback?.BitDepth ?? 0, logger);
        return _station = new Station(_options with { StartAtOnce = true, IsFed = true, Sent = first }, source, time, logger);
    }
}
