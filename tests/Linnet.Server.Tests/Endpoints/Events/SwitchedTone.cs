using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Server.Tests.Endpoints.Events;

/// <summary>A tone whose track the test changes.</summary>
internal sealed class SwitchedTone(TrackInfo track) : IAudioSource
{
    private readonly ToneSource _tone = new(440);
    private TrackInfo? _next = track;

    public AudioFormat Format => _tone.Format;

    public int BitDepth => _tone.BitDepth;

    public bool IsLive => false;

    public TimeSpan? Duration => null;

    public TrackInfo? Upcoming { get => IsBroken ? throw new InvalidOperationException("broken") : field; set; }

    /// <summary>Whether it fails to tell the next track.</summary>
    public bool IsBroken { get; set; }

    public void Switch(TrackInfo to) => Volatile.Write(ref _next, to);

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) =>
        _tone.Read(pcm, cancellationToken) with { Track = Interlocked.Exchange(ref _next, null) };

    public void Dispose() => _tone.Dispose();
}
