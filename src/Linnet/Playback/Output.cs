using Linnet.Audio;
using Linnet.Receive;

namespace Linnet.Playback;

/// <summary>
/// What a device calls for sound: takes it from the feed that is current, makes it louder or softer, measures it, and ends it in time.
/// </summary>
/// <remarks>
/// <see cref="Fill"/> belongs to the device's thread, everything else to others. A new feed is handed over through one field and the old
/// one comes back through another, so nobody waits.
/// </remarks>
/// <param name="feed">Where sound comes from at first; now owned here.</param>
/// <param name="format">The device's.</param>
/// <param name="hasClock">Whether the device has a clock.</param>
/// <param name="duration">How much sound there is to be, or <see langword="null"/>: all there is.</param>
/// <param name="volume">The gain to begin with.</param>
internal sealed class Output(Feed feed, AudioFormat format, bool hasClock, TimeSpan? duration, float volume) : IDisposable
{
    // Long enough to be read, short enough to be alive.
    private static readonly TimeSpan MeterWindow = TimeSpan.FromMilliseconds(300);

    private readonly Lock _changing = new();               // of feeds and devices, by the player's threads
    private AudioFormat _format = format;
    private Gain _gain = new(format, volume);
    private LevelMeter _meter = new(format, MeterWindow);
    private Feed _feed = Opened(feed, format, hasClock);   // the device's thread alone writes it
    private Feed _newest = feed;                           // the player's alone
    private Feed? _next;                                   // given by the player, taken by the device
    private Feed? _retired;                                // given back by the device
    private ReceiverStatistics _past = new();
    private long _framesLeft =
        duration is TimeSpan time ? (long)((Int128)time.Ticks * format.SampleRate / TimeSpan.TicksPerSecond) : long.MaxValue;
    private long _framesPlayed;
    private float _volume = volume;
    private float _peak;

    /// <summary>The feed that is heard.</summary>
    internal Feed Feed => Volatile.Read(ref _feed);

    /// <summary>How much sound the device got.</summary>
    internal TimeSpan Played => _format.DurationOf(Volatile.Read(ref _framesPlayed));

    /// <summary>The gain, reached without a click.</summary>
    internal float Volume
    {
        set => _gain.Target = _volume = value;
    }

    /// <summary>
    /// How loud it was in the last moments, per channel: silent if nothing is heard, for a file then is not called either.
    /// </summary>
    internal AudioLevel[] LevelsWhile(bool isHeard)
    {
        LevelMeter meter = Volatile.Read(ref _meter);
        return [.. Enumerable.Range(0, meter.Channels).Select(channel => isHeard ? meter[channel] : default)];
    }

    /// <summary>What was received, by all feeds together.</summary>
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

        // Silence that fills a gap for a device with a clock is no sound.
        if (!hasClock || _feed.Receiver.State is ReceiverState.Playing)
        {
            _framesLeft -= frames;
            Volatile.Write(ref _framesPlayed, _framesPlayed + frames);
        }

        return frames;
    }

    /// <summary>The greatest sample of any channel since it was asked for last.</summary>
    internal float TakePeak() => Interlocked.Exchange(ref _peak, _meter.Loudest.Peak);

    /// <summary>Goes on with another feed, which is now owned here, when the one before has given all it has.</summary>
    internal void Switch(Feed next)
    {
        lock (_changing)
        {
            Feed before = _newest;
            Volatile.Write(ref _past, _past.Plus(before.Receiver.GetStatistics()));
            _newest = Opened(next, _format, hasClock);

            // First what came back, then what goes out: the device never finds the way back taken. And what comes next is there before the
            // end is.
            Interlocked.Exchange(ref _retired, null)?.Dispose();
            Feed? unheard = Interlocked.Exchange(ref _next, next);
            before.Receiver.OnEnd();
            unheard?.Dispose();
        }
    }

    /// <summary>
    /// Goes on with another device, or the same one opened again. The one before does not call any more; both have a clock.
    /// </summary>
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

    /// <summary>Nothing more will come: what is here is the end.</summary>
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
