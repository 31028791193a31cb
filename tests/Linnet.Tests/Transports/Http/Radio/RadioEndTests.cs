using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>A listener over HTTP can distinguish a station that has ended from a server that stops, and from a failed source.</summary>
public class RadioEndTests
{
    [Theory]
    [InlineData(DropReason.None, true)]
    [InlineData(DropReason.ServerStopped, false)]
    [InlineData(DropReason.RenditionFailed, false)]
    [InlineData(DropReason.GaveWay, false)]
    [InlineData(null, false)]
    internal async Task The_connection_closes_in_order_at_the_end_of_a_station_and_is_reset_for_any_other_reason(
        DropReason? reason, bool inOrder)
    {
        var server = new RadioTestServer(seconds: 0.1);
        using RadioTestClient client = await server.GetAsync("/jazz.mp3");
        await client.ReadHeadAsync();
        Assert.Equal(100, (await client.ReadAsync(100)).Length);
        Task stopping = Task.CompletedTask;
        if (reason is { } end)
        {
            server.Mp3.Publish(new EndItem(server.Mp3.Head * 960, TimeProvider.System.GetTimestamp()) { Reason = end });
        }
        else
        {
            stopping = server.DisposeAsync().AsTask();
        }

        Task reading = client.Client.GetStream().CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        if (inOrder)
        {
            await reading;
        }
        else
        {
            await Assert.ThrowsAsync<IOException>(() => reading);
        }

        client.Dispose();
        await (reason is null ? stopping : server.DisposeAsync().AsTask());
        Assert.Single(server.Log.Lines, static l => l.StartsWith("540 127.0.0.1:", StringComparison.Ordinal));
        Assert.Single(server.Log.Lines, static l => l.StartsWith("541 127.0.0.1:", StringComparison.Ordinal));
    }
}
