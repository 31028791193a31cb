namespace Linnet.Transports.Rtsp;

/// <summary>Decides how a receiver goes on when sound no longer comes by UDP. Pure: the caller brings the clock.</summary>
internal sealed class UdpWay
{
    /// <summary>A way that was lost so often within <see cref="Memory"/> is none, though it can be found again each time.</summary>
    internal const int MaxLosses = 3;

    /// <summary>How long a loss counts.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest pause between two tries where only UDP is wanted, and the longest that its first packet is waited for.
    /// </summary>
    internal static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private readonly RtspTransport _wanted;
    private readonly TimeSpan _patience;
    private readonly long _memory;
    private readonly Queue<long> _losses = new();
    private TimeSpan _pause = FirstPause;

    /// <param name="wanted">How packets are to come.</param>
    /// <param name="patience">How long the first packet may take at first.</param>
    /// <param name="ticksPerSecond">Of the instants.</param>
    internal UdpWay(RtspTransport wanted, TimeSpan patience, long ticksPerSecond)
    {
        _wanted = wanted;
        _patience = FirstPatience = patience;
        _memory = (long)(Memory.TotalSeconds * ticksPerSecond);
    }

    /// <summary>
    /// How long the first packet may take: longer each time where only UDP is wanted, for there are servers that need long.
    /// </summary>
    internal TimeSpan FirstPatience { get; private set; }

    /// <summary>The way is lost, or was never there.</summary>
    /// <param name="wasHeard">Whether it had brought sound.</param>
    /// <param name="now">The instant, in ticks.</param>
    /// <returns>How to set up next, and how long to wait before.</returns>
    internal (RtspTransport Next, TimeSpan Pause) OnLost(bool wasHeard, long now)
    {
        if (_wanted is RtspTransport.Udp)
        {
            if (wasHeard)
            {
                (_pause, FirstPatience) = (FirstPause, _patience);
                return (RtspTransport.Udp, TimeSpan.Zero);
            }

            TimeSpan pause = _pause;
            (_pause, FirstPatience) = (Doubled(pause), Doubled(FirstPatience));
            return (RtspTransport.Udp, pause);
        }

        while (_losses.TryPeek(out long first) && now - first > _memory)
        {
            _losses.Dequeue();
        }

        _losses.Enqueue(now);
        return (wasHeard && _losses.Count < MaxLosses ? RtspTransport.Auto : RtspTransport.Tcp, TimeSpan.Zero);
    }

    private static TimeSpan Doubled(TimeSpan time) => time * 2 < MaxPause ? time * 2 : MaxPause;
}
