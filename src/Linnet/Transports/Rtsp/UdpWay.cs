using Linnet.Clock;

namespace Linnet.Transports.Rtsp;

/// <summary>Decides how a receiver continues when audio no longer arrives over UDP. Pure: the caller provides the time.</summary>
internal sealed class UdpWay
{
    /// <summary>Losses within <see cref="Memory"/> after which UDP is given up, even if each setup works at first.</summary>
    internal const int MaxLosses = 3;

    /// <summary>How long a loss is remembered.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    /// <summary>The longest pause between attempts if only UDP is allowed, and the longest wait for the first packet.</summary>
    internal static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private readonly RtspTransport _wanted;
    private readonly TimeSpan _patience;
    private readonly long _memory;
    private readonly Queue<long> _losses = new();
    private TimeSpan _pause = FirstPause;

    /// <param name="wanted">The requested transport.</param>
    /// <param name="patience">The initial wait for the first packet.</param>
    /// <param name="ticksPerSecond">Ticks per second of the clock.</param>
    internal UdpWay(RtspTransport wanted, TimeSpan patience, long ticksPerSecond)
    {
        _wanted = wanted;
        _patience = FirstPatience = patience;
        _memory = Memory.InTicks(ticksPerSecond);
    }

    /// <summary>
    /// How long to wait for the first packet. Increases with each attempt if only UDP is allowed, since some servers are slow.
    /// </summary>
    internal TimeSpan FirstPatience { get; private set; }

    /// <summary>Call when the path is lost, or never worked.</summary>
    /// <param name="wasHeard">Whether it had delivered audio.</param>
    /// <param name="now">The current time, in ticks.</param>
    /// <returns>The transport for the next setup, and how long to wait before it.</returns>
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
