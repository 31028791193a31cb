using Linnet.Broadcast;
using Linnet.Relay.CatchUp;
using Linnet.Relay.Wire;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Relay.Nats;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Relay.CatchUp;

public class RingQuestionsTests
{
    [Fact]
    public async Task An_edge_gets_from_the_origin_what_it_missed()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        await using var origin = new RunningLink(server.Options("a"));
        await using var edge = new RunningLink(server.Options("b"));
        await edge.OpenAsync();
        var question = new BatchQuestion(7, 10, -OriginClock.MaxTime, 1_000_000);
        Assert.Empty(await AskAsync(edge, question));

        BroadcastRing ring = Rings.Bare();
        Rings.Publish(ring, 300);
        var answers = new RingAnswers(origin.Link, "jazz", [ring], 7, TimeProvider.System, NullLogger.Instance);
        origin.Run(answers.RunAsync);
        IReadOnlyList<byte[]> answer = [];
        await Until.TrueAsync(() => (answer = AskAsync(edge, question).GetAwaiter().GetResult()).Count > 0);

        List<RingItem> items = [];
        foreach (byte[] message in answer)
        {
            Assert.True(Batch.TryRead(message, out Batch batch));
            foreach (BatchItem item in batch)
            {
                items.Add(item.ToRingItem(ring, new OriginClock(0, TimeProvider.System.TimestampFrequency))!);
            }
        }

        Assert.Equal(Enumerable.Range(10, 290).Select(static i => (long)i), items.Select(static item => ((PacketItem)item).Number));
        Assert.Equal(0, answers.Refused);

        // What is no question is counted, and the next one is answered.
        await edge.Link.Connection.PublishAsync(Subjects.Ask("jazz", "opus"), new byte[] { 1 }, replyTo: "linnet.none",
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEmpty(await AskAsync(edge, question));
        Assert.Equal(1, answers.Refused);
    }

    private static Task<IReadOnlyList<byte[]>> AskAsync(RunningLink node, BatchQuestion question) =>
        RingQuestions.AskAsync(node.Link.Connection, "jazz", "opus", question, TestContext.Current.CancellationToken);
}
