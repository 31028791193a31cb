using Linnet.Audio;
using Linnet.Receive;

namespace Linnet.Playback;

/// <summary>Supplies a device with audio: takes it from the current feed, applies the gain, measures it, and ends it in time.</summary>
/// <remarks>
/// <see cref="Fill"/> belongs to the device's thread, everything else to others. A new feed is passed in through one field and the old one
/// comes back through another, so no thread waits.
/// </remarks>
/// <param name="feed">The first source of audio; owned by this object.</param>
/// <param name="format">The device's format.</param>
/// <param name="hasClock">Whether the device has a clock.</param>
/// <param name="duration">How much audio to play; <see langword="null"/> for all of it.</param>
/// <param name="volume">The initial gain.</param>
internal sealed class Output(Feed feed, AudioFormat format, bool hasClock, TimeSpan? duration, float volume) : IDisposable
{
    // Long enough to read, short enough to look live.
    private static readonly TimeSpan MeterWindow = TimeSpan.FromMilliseconds(300);

    private readonly Lock _changing = new();               // held by the player's threads to change feeds and devices
    private AudioFormat _format = format;
    private Gain _gain = new(format, volume);
    private LevelMeter _meter = new(format, MeterWindow);
    private Feed _feed = Opened(feed, format, hasClock);   // written by the device's thread only
    private Feed _newest = feed;                           // used by the player only
    private Feed? _next;                                   // set by the player, taken by the device
    private Feed? _retired;                                // returned by the device
    private ReceiverStatistics _past = new();
    private long _framesLeft =
        duration is TimeSpan time ? (long)((Int128)time.Ticks * format.SampleRate / TimeSpan.TicksPerSecond) : long.MaxValue;
    private long _framesPlayed;
    private float _volume = volume;
    private float _peak;

    /// <summary>The feed that is playing.</summary>
    internal Feed Feed => Volatile.Read(ref _feed);

    /// <summary>How much audio the device got.</summary>
    internal TimeSpan Played => _format.DurationOf(Volatile.Read(ref _framesPlayed));

    /// <summary>The gain; a change is ramped, without a click.</summary>
    internal float Volume
    {
        set => _gain.Target = _volume = value;
    }

    /// <summary>Levels of the last moments, per channel. Silent while nothing plays: a file is not called then either.</summary>
    internal AudioLevel[] LevelsWhile(bool isHeard)
    {
        LevelMeter meter = Volatile.Read(ref _meter);
        return [.. Enumerable.Range(0, meter.Channels).Select(channel => isHeard ? meter[channel] : default)];
    }

    /// <summary>Reception statistics of all feeds together.</summary>
    internal ReceiverStatistics Received => Volatile.Read(ref _past).Plus(Feed.Receiver.GetStatistics());

    /// <summary>The device's callback.</summary>
    internal int Fill(Span<float> pcm, long heardAt)
    {
        if (_framesLeft == 0)
        {
            return AudioDevice.End;
        }

        int room = (int)Math.Min(pcm.Length / _format.Channels, _framesLeft);
        int frames = _feed.Fill(pcm[..(room * _format.Channels)], heardAt);
        while (frames == Receiver.End)
        {
            if (!TakeNext())
            {
                return AudioDevice.End;
            }

            frames = _feed.Fill(pcm[..(room * _format.Channels)], heardAt);
        }

        Span<float> sound = pcm[..(frames * _format.Channels)];
        _gain.Apply(sound);
        _meter.Add(sound);
        _peak = Math.Max(_peak, _meter.Loudest.Peak);

        // Silence that fills a gap for a device with a clock does not count as audio.
        if (!hasClock || _feed.Receiver.State is ReceiverState.Playing)
        {
            _framesLeft -= frames;
            Volatile.Write(ref _framesPlayed, _framesPlayed + frames);
        }

        return frames;
    }

    /// <summary>When the first frame of the last <see cref="Fill"/> was due at its sender. For the thread of a device without a
    /// clock.</summary>
    internal DateTimeOffset? SentAt(TimeSpan filled) => _feed.SentAt(filled);

    /// <summary>The highest sample of any channel since the last call.</summary>
    internal float TakePeak() => Interlocked.Exchange(ref _peak, _meter.Loudest.Peak);

    /// <summary>Continues with another feed, which this object now owns, once the current one has delivered everything.</summary>
    internal void Switch(Feed next)
    {
        lock (_changing)
        {
            Feed before = _newest;
            Volatile.Write(ref _past, _past.Plus(before.Receiver.GetStatistics()));
            _newest = Opened(next, _format, hasClock);

            // First clear the returned feed, then pass the new one: the device never finds the return field occupied. And the new feed is
            // in place before the old one ends.
            Interlocked.Exchange(ref _retired, null)?.Dispose();
            Feed? unheard = Interlocked.Exchange(ref _next, next);
            before.Receiver.OnEnd();
            unheard?.Dispose();
        }
    }

    /// <summary>Continues with another device, or the same one reopened. The previous one no longer calls; both have a clock.</summary>
    internal void Reopen(AudioFormat device)
    {
        lock (_changing)
        {
            if (device != _format)
            {
                _framesLeft =
                    _framesLeft == long.MaxValue ? _framesLeft : (long)((Int128)_framesLeft * device.SampleRate / _format.SampleRate);
                Volatile.Write(ref _framesPlayed, (long)((Int128)_framesPlayed * device.SampleRate / _format.SampleRate));
                Volatile.Write(ref _gain, new Gain(device, _volume));
                Volatile.Write(ref _meter, new LevelMeter(device, MeterWindow));
                _format = device;
            }

            _feed.Open(device, hasClock);
            _next?.Open(device, hasClock);
        }
    }

    /// <summary>No more audio follows: the current feed is the last.</summary>
    internal void End() => _newest.Receiver.OnEnd();

    /// <summary>Disposes the feeds. The device has stopped.</summary>
    public void Dispose()
    {
        _feed.Dispose();
        _next?.Dispose();
        _retired?.Dispose();
    }

    private static Feed Opened(Feed feed, AudioFormat format, bool hasClock)
    {
        feed.Open(format, hasClock);
        return feed;
    }

    private bool TakeNext()
    {
        if (Interlocked.Exchange(ref _next, null) is not Feed next)
        {
            return false;
        }

        next.Receiver.ContinueFrom(_feed.Receiver.EndsAt);
        Volatile.Write(ref _retired, _feed);
        Volatile.Write(ref _feed, next);
        return true;
    }
}
