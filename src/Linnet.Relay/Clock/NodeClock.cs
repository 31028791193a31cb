using Linnet.Clock;
using Linnet.Diagnostics;
using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Linnet.Relay.Clock;

/// <summary>Tells other nodes the monotonic clock of this one, whose zero is its own. The wall clock is not used.</summary>
/// <param name="link">The connection.</param>
/// <param name="node">The name of this node.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs failures.</param>
internal sealed class NodeClock(NatsLink link, string node, TimeProvider time, ILogger logger)
{
    private readonly string _subject = Subjects.Clock(node);
    private readonly LogThrottle _failures = new(time);

    /// <summary>Answers until it is cancelled.</summary>
    internal Task RunAsync(CancellationToken cancellationToken) => link.AnswerAsync(_subject, AnswerAsync, Failed, cancellationToken);

    private ValueTask AnswerAsync(NatsMsg<byte[]> message)
    {
        long received = Now(time);
        return message.ReplyAsync(new ClockAnswer(received, Now(time)).ToBytes());
    }

    private void Failed(Exception error)
    {
        if (_failures.TrySay(out Unsaid unsaid))
        {
            logger.AnswerFailed(error, _subject, unsaid);
        }
    }

    /// <summary>A clock as its node tells it, in microseconds.</summary>
    internal static long Now(TimeProvider time) => time.GetTimestamp().InMicroseconds(time.TimestampFrequency);
}
