using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>A listener by HTTP can tell a station that has ended from a server that stops, and from one whose source has failed.</summary>
public class RadioEndTests
{
    [Theory]
    [InlineData(DropReason.None, true)]
    [InlineData(DropReason.ServerStopped, false)]
    [InlineData(DropReason.RenditionFailed, false)]
    [InlineData(DropReason.GaveWay, false)]
    [InlineData(null, false)]
    public async Task At_the_end_of_a_station_the_connection_ends_in_order_and_for_any_other_reason_it_breaks(
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
    }
}
