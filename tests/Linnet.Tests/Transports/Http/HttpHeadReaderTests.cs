using System.IO.Pipelines;
using System.Net;
using Linnet.Broadcast;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Http;

public class HttpHeadReaderTests
{
    [Fact]
    public async Task A_connection_that_is_closed_for_another_before_its_first_read_is_not_waited_for()
    {
        var time = new FakeTimeProvider();
        var waiting = new WaitingRoom(most: 1, mostPerAddress: 1, time);
        var heads = new HttpHeadReader(new RadioServerOptions(), waiting, time);
        var pipe = new Pipe();
        var input = new LateReader(pipe.Reader, () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.NotNull(waiting.TryEnter(PeerAddress.Of(IPAddress.Parse("192.0.2.2")), static () => { }));
        });

        ValueTask<HttpHeadResult> reading = heads.ReadAsync(
            input, PeerAddress.Of(IPAddress.Parse("192.0.2.1")), isProxy: false, TestContext.Current.CancellationToken);

        Assert.True(reading.IsCompleted);
        Assert.Equal(RadioRefusal.GaveWay, (await reading).Refusal);
        Assert.Equal(1, waiting.Count);
    }

    /// <summary>Calls an action just before the first read.</summary>
    private sealed class LateReader(PipeReader inner, Action happens) : PipeReader
    {
        public override bool TryRead(out ReadResult result)
        {
            happens();
            return inner.TryRead(out result);
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            inner.ReadAsync(cancellationToken);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
