using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Linnet.Relay.CatchUp;

/// <summary>Answers over NATS what other nodes ask about the renditions of a station of this node.</summary>
/// <param name="link">The connection.</param>
/// <param name="station">The station.</param>
/// <param name="rings">Its renditions.</param>
/// <param name="incarnation">This life of the station.</param>
/// <param name="time">The clock of the rings.</param>
/// <param name="logger">Logs failures.</param>
internal sealed class RingAnswers(
    NatsLink link, string station, IReadOnlyList<BroadcastRing> rings, ulong incarnation, TimeProvider time, ILogger logger)
{
    private readonly string _subject = Subjects.AskAll(station);
    private readonly OriginClock _clock = new(0, time.TimestampFrequency);
    private readonly LogThrottle _failures = new(time);
    private long _refused;

    /// <summary>Messages that were no questions.</summary>
    internal long Refused => Volatile.Read(ref _refused);

    /// <summary>Answers until it is cancelled.</summary>
    internal Task RunAsync(CancellationToken cancellationToken) => link.AnswerAsync(_subject, AnswerAsync, Failed, cancellationToken);

    // An empty message ends the answer.
    private async ValueTask AnswerAsync(NatsMsg<byte[]> message)
    {
        string rendition = Subjects.LastPart(message.Subject);
        if (!BatchQuestion.TryRead(message.Data, out BatchQuestion question)
            || rings.FirstOrDefault(ring => ring.Info.Name == rendition) is not { } ring)
        {
            Volatile.Write(ref _refused, _refused + 1);
            return;
        }

        foreach (byte[] batch in RingAnswer.To(question, ring, incarnation, _clock))
        {
            await message.ReplyAsync(batch).ConfigureAwait(false);
        }

        await message.ReplyAsync().ConfigureAwait(false);
    }

    private void Failed(Exception error)
    {
        if (_failures.TrySay(out Unsaid unsaid))
        {
            logger.AnswerFailed(error, _subject, unsaid);
        }
    }
}
