using Linnet.Audio;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Ingest;

/// <summary>
/// Plays a sender while there is one, and otherwise another source or silence. Cross-fades between them. Never ends.
/// </summary>
/// <remarks>
/// It switches to the sender once enough of its sound is buffered, and away from it while enough is left for the cross-fade. The station
/// may read ahead and follows the sender's pace; during the fallback it runs at its own.
/// </remarks>
internal sealed class FallbackSource : IAudioSource
{
    private static readonly TimeSpan FadeTime = TimeSpan.FromMilliseconds(500);

    private readonly IngestBuffer _primary;
    private readonly IAudioSource? _fallback;
    private readonly ILogger _logger;
    private readonly IngestClock _clock;
    private readonly Backoff _retries = new(RetriedSource.MinWait, RetriedSource.MaxWait, new Random());
    private readonly List<StreamPacket> _packets = [];
    private readonly List<StreamPacket> _dropped = [];
    private readonly int _fadeFrames;
    private readonly int _target;
    private float[] _other = [];
    private Playing _playing = Playing.Fallback;
    private int _faded;
    private TrackInfo? _primaryTrack;
    private TrackInfo? _fallbackTrack;
    private TrackInfo? _announced;
    private bool _fallbackHasEnded;
    private bool _isFallbackKept;
    private long _fallbackRests;
    private volatile string? _fallbackProblem;
    private bool _isBroken;
    private long _underruns;

    /// <summary>Creates a source that starts with the fallback.</summary>
    /// <param name="primary">The sender's sound; its format is known.</param>
    /// <param name="fallback">The fallback, in the same format; disposed with this source. <see langword="null"/> is silence.</param>
    /// <param name="bitDepth">Significant bits of integer PCM, or 0.</param>
    /// <param name="logger">Logs the switches.</param>
    /// <exception cref="ArgumentException">The formats differ, or the fallback is live.</exception>
    public FallbackSource(IngestBuffer primary, IAudioSource? fallback, int bitDepth, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(primary);
        Format = primary.Format ?? throw new ArgumentException("The format of the sender is not known yet.", nameof(primary));
        if (fallback is not null && (fallback.Format != Format || fallback.IsLive))
        {
            throw new ArgumentException($"A fallback must be {Format} and not live.", nameof(fallback));
        }

        _primary = primary;
        _fallback = fallback;
        _logger = logger;
        BitDepth = bitDepth;
        _clock = new IngestClock(primary.Target.TotalSeconds);
        TimeSpan fade = FadeTime < primary.Target / 2 ? FadeTime : primary.Target / 2;
        _fadeFrames = Math.Max(1, Format.FramesIn(fade));
        _target = Format.FramesIn(primary.Target);
    }

    private enum Playing
    {
        Fallback,
        ToPrimary,
        Primary,
        ToFallback,
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public int BitDepth { get; }

    /// <summary>False: buffered sound is read ahead of its time.</summary>
    public bool IsLive => false;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <summary>Why there is silence in place of the fallback.</summary>
    public string? Outage => IsPrimaryHeard ? null : _fallbackProblem ?? _fallback?.Outage;

    /// <summary>The next track of the fallback, while that plays.</summary>
    public TrackInfo? Upcoming => IsPrimaryHeard ? null : _fallback?.Upcoming;

    /// <summary>Whether the sender is playing.</summary>
    public bool IsPrimaryHeard => _playing is Playing.Primary;

    /// <summary>How often a connected sender did not send enough.</summary>
    public long Underruns => Volatile.Read(ref _underruns);

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pcm.Length, Format.Channels, nameof(pcm));
        IngestState state = _primary.GetState();
        Decide(state);
        TrackInfo? track = null;
        _packets.Clear();
        _isBroken = false;
        int frames = _playing switch
        {
            Playing.Primary => ReadPrimary(pcm, _packets, out track),
            Playing.Fallback => ReadFallback(pcm, out track, cancellationToken),
            _ => ReadBoth(pcm, out track, cancellationToken),
        };
        track = _playing is Playing.Primary && track == _announced ? null : track;
        double elapsed = frames / (double)Format.SampleRate;
        if (_playing is Playing.Fallback or Playing.ToFallback)
        {
            _clock.Rest(elapsed);
        }
        else
        {
            _clock.Follow(state.Frames / (double)Format.SampleRate, state.IsHeld, elapsed);
        }

        _announced = track ?? _announced;
        return new SourceRead(frames, track, _isBroken)
        {
            Pace = _clock.Pace,
            Packets = _playing is Playing.Primary ? _packets : null,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isFallbackKept)
        {
            _fallback?.Dispose();
        }
    }

    /// <summary>Leaves the fallback to its owner: it is no longer disposed with this source.</summary>
    internal void KeepFallback() => _isFallbackKept = true;

    /// <summary>What plays instead of the sender, for messages.</summary>
    private string Instead => _fallback is null || _fallbackHasEnded || _fallbackProblem is not null ? "silence" : "the fallback";

    private void Decide(IngestState state)
    {
        switch (_playing)
        {
            case Playing.Fallback when state.Frames >= _target || (!state.IsFed && state.Frames >= 2 * _fadeFrames):
                _logger.PrimaryHeard(_primary.Name);
                _clock.Restart();
                StartFade(Playing.ToPrimary);
                break;
            case Playing.Fallback when !state.IsFed && state.Frames > 0:
                _primary.Clear();
                break;
            case Playing.Primary when state.Frames <= _fadeFrames:
                if (state.IsFed)
                {
                    Volatile.Write(ref _underruns, _underruns + 1);
                    _logger.PrimaryRanDry(_primary.Name, Instead, _underruns);
                }
                else
                {
                    _logger.FallbackHeard(_primary.Name, Instead);
                }

                StartFade(Playing.ToFallback);
                break;
        }
    }

    private void StartFade(Playing playing)
    {
        _playing = playing;
        _faded = 0;
    }

    private int ReadPrimary(Span<float> pcm, List<StreamPacket> packets, out TrackInfo? track)
    {
        int frames = _primary.Read(pcm, packets, out track, out bool isBroken);
        _primaryTrack = track ?? _primaryTrack;
        _isBroken |= isBroken;
        return frames;
    }

    private int ReadFallback(Span<float> pcm, out TrackInfo? track, CancellationToken cancellationToken)
    {
        track = null;
        int room = pcm.Length / Format.Channels;
        if (_fallback is not null && !_fallbackHasEnded && _fallbackRests <= 0)
        {
            try
            {
                SourceRead read = _fallback.ReadSound(pcm, cancellationToken);
                if (read.Frames > 0)
                {
                    track = read.Track;
                    _fallbackTrack = track ?? _fallbackTrack;
                    _fallbackProblem = null;
                    _retries.Reset();
                    return read.Frames;
                }

                _fallbackHasEnded = true;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // It may give sound later: some sources recover by themselves, and for others an occasional try costs little.
                if (_fallbackProblem is null)
                {
                    _logger.FallbackBroke(_primary.Name, e.Message);
                }

                _fallbackProblem = e.Message;
                _fallbackRests = Format.FramesIn(_retries.Next());
            }
        }

        _fallbackRests -= room;
        pcm.Clear();
        return room;
    }

    /// <summary>Reads a piece of the cross-fade, up to its middle or its end.</summary>
    private int ReadBoth(Span<float> pcm, out TrackInfo? track, CancellationToken cancellationToken)
    {
        int middle = _fadeFrames / 2;
        int most = Math.Min(pcm.Length / Format.Channels, (_faded < middle ? middle : _fadeFrames) - _faded);
        _dropped.Clear();
        int frames = ReadPrimary(pcm[..(most * Format.Channels)], _dropped, out track);
        if (frames == 0)
        {
            // The buffer ran empty during the fade.
            frames = most;
            pcm[..(frames * Format.Channels)].Clear();
        }

        if (_other.Length < frames * Format.Channels)
        {
            _other = new float[frames * Format.Channels];
        }

        for (int at = 0; at < frames;)
        {
            at += ReadFallback(_other.AsSpan(at * Format.Channels, (frames - at) * Format.Channels), out _, cancellationToken);
        }

        bool rises = _playing is Playing.ToPrimary;
        Mix(pcm[..(frames * Format.Channels)], _other, rises);

        // The title is that of the louder one. During silence it is the station's name, not the last title of a sender that has left.
        TrackInfo named = new(_primary.Name);
        TrackInfo? heard = (_faded >= middle) == rises ? _primaryTrack ?? named : _fallbackTrack ?? (rises ? null : named);
        track = heard is not null && heard != _announced ? heard : null;
        _faded += frames;
        if (_faded >= _fadeFrames)
        {
            _playing = rises ? Playing.Primary : Playing.Fallback;
        }

        return frames;
    }

    /// <summary>Mixes with equal power: the two sounds are unrelated.</summary>
    private void Mix(Span<float> primary, ReadOnlySpan<float> fallback, bool rises)
    {
        int channels = Format.Channels;
        for (int frame = 0; frame < primary.Length / channels; frame++)
        {
            (float rising, float falling) = MathF.SinCos((_faded + frame + 0.5f) / _fadeFrames * (MathF.PI / 2));
            for (int i = frame * channels; i < (frame + 1) * channels; i++)
            {
                primary[i] = (primary[i] * (rises ? rising : falling)) + (fallback[i] * (rises ? falling : rising));
            }
        }
    }
}
