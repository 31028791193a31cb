using Linnet.Audio;
using Linnet.Receive;

namespace Linnet.Playback;

/// <summary>What a device calls for sound: takes it from the feed that is current, and ends it after so many frames.</summary>
/// <remarks>
/// <see cref="Fill"/> belongs to the device's thread; everything else to the player's. A new feed is handed over through one field and the
/// old one comes back through another, so neither thread waits.
/// </remarks>
/// <param name="feed">Where sound comes from at first; now owned here.</param>
internal sealed class Output(Feed feed) : IDisposable
{
    private Feed _feed = feed;          // the device's thread alone writes it
    private Feed? _next;         // given by the player, taken by the device
    private Feed? _retired;      // given back by the device
    private long _framesLeft = long.MaxValue;
    private long _framesPlayed;
    private bool _isOver;

    /// <summary>The device's.</summary>
    internal AudioFormat Format { get; private set; } = feed.Format;

    /// <summary>The feed that is heard.</summary>
    internal Feed Feed => Volatile.Read(ref _feed);

    /// <summary>Frames of sound that the device got.</summary>
    internal long FramesPlayed => Volatile.Read(ref _framesPlayed);

    /// <summary>Says in what format the device will ask, before it does, and how much it gets at most.</summary>
    internal void Open(AudioFormat format, TimeSpan? duration)
    {
        Format = format;
        _framesLeft = duration is TimeSpan time ? (long)((Int128)time.Ticks * format.SampleRate / TimeSpan.TicksPerSecond) : long.MaxValue;
    }

    /// <summary>The device's callback.</summary>
    internal int Fill(Span<float> pcm, long heardAt)
    {
        TakeNext();
        if (_framesLeft == 0)
        {
            return AudioDevice.End;
        }

        if (Volatile.Read(ref _isOver))
        {
            _feed.Receiver.OnEnd();
        }

        int room = (int)Math.Min(pcm.Length / Format.Channels, _framesLeft);
        int frames = _feed.Receiver.Take(pcm[..(room * Format.Channels)], heardAt);
        if (frames == Receiver.End)
        {
            return AudioDevice.End;
        }

        _framesLeft -= frames;
        Volatile.Write(ref _framesPlayed, _framesPlayed + frames);
        return frames;
    }

    /// <summary>Nothing more will come: what is here is the end.</summary>
    internal void End() => Volatile.Write(ref _isOver, true);

    /// <summary>Goes on with another feed, which is now owned here.</summary>
    internal void Switch(Feed feed)
    {
        // First what came back, then what goes out: the device never finds the way back taken.
        Interlocked.Exchange(ref _retired, null)?.Dispose();
        Interlocked.Exchange(ref _next, feed)?.Dispose();
    }

    /// <summary>Disposes the feeds. The device has stopped.</summary>
    public void Dispose()
    {
        _feed.Dispose();
        _next?.Dispose();
        _retired?.Dispose();
    }

    private void TakeNext()
    {
        if (Volatile.Read(ref _next) is not null && Interlocked.Exchange(ref _next, null) is Feed next)
        {
            Volatile.Write(ref _retired, _feed);
            Volatile.Write(ref _feed, next);
        }
    }
}
