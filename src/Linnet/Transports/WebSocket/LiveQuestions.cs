using Linnet.Clock;
using Linnet.Wire.WebSocket;

namespace Linnet.Transports.WebSocket;

/// <summary>
/// Answers what a client sends: questions about the time, pings and the end. Limits how many are answered. For one thread.
/// </summary>
/// <param name="output">The connection's output.</param>
/// <param name="time">The clock.</param>
internal sealed class LiveQuestions(FramedOutput output, TimeProvider time)
{
    /// <summary>Messages that are answered at once: a client begins with a burst of questions.</summary>
    internal const int Burst = 20;

    /// <summary>Messages that are answered in a second after that.</summary>
    internal const int PerSecond = 5;

    /// <summary>A client that sends this many more is not a player.</summary>
    internal const int MaxIgnored = 1000;

    private double _left = Burst;
    private long _leftAt = time.GetTimestamp();
    private int _ignored;

    /// <summary>The server's clock, in microseconds.</summary>
    internal long Now => time.GetTimestamp().InMicroseconds(time.TimestampFrequency);

    /// <summary>Answers a message. An answer for which there is no room is left out: the client asks again.</summary>
    /// <returns>The code with which to close the connection; <see langword="null"/>: it goes on.</returns>
    internal WebSocketClose? Answer(WebSocketMessage message)
    {
        long received = Now;
        if (message.Kind is WebSocketOpcode.Close)
        {
            return WebSocketClose.Normal;
        }

        if (message.Kind is WebSocketOpcode.Binary)
        {
            return WebSocketClose.Unacceptable;
        }

        if (!TryTake())
        {
            return ++_ignored > MaxIgnored ? WebSocketClose.PolicyViolation : null;
        }

        _ignored = Math.Max(0, _ignored - 1);
        if (message.Kind is WebSocketOpcode.Ping)
        {
            output.TryPost(WebSocketFrame.ToArray(WebSocketOpcode.Pong, message.Payload.Span));
        }
        else if (message.Kind is WebSocketOpcode.Text)
        {
            if (!LiveMessage.TryRead(message.Payload, out long? sent))
            {
                return WebSocketClose.InvalidData;
            }

            if (sent is long asked)
            {
                output.TryPost(LiveMessage.Time(asked, received, Now));
            }
        }

        return null;
    }

    private bool TryTake()
    {
        long now = time.GetTimestamp();
        _left = Math.Min(Burst, _left + (time.GetElapsedTime(_leftAt, now).TotalSeconds * PerSecond));
        _leftAt = now;
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
