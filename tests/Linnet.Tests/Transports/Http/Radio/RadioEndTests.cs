using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.Http;

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

    [Theory]
    [InlineData("HTTP/1.1", "Linnet-End: last-chunk\r\n", DropReason.None, true, true)]
    [InlineData("HTTP/1.1", "Linnet-End: last-chunk\r\n", DropReason.ServerStopped, true, false)]
    [InlineData("HTTP/1.1", "Linnet-End: last-chunk\r\n", DropReason.RenditionFailed, true, false)]
    [InlineData("HTTP/1.1", "", DropReason.None, false, false)]
    [InlineData("HTTP/1.1", "Linnet-End: other\r\n", DropReason.None, false, false)]
    [InlineData("HTTP/1.0", "Linnet-End: last-chunk\r\n", DropReason.None, false, false)]
    internal async Task A_player_that_asks_for_it_gets_chunks_and_the_last_chunk_only_at_the_end_of_the_station(
        string version, string header, DropReason reason, bool isChunked, bool hasLast)
    {
        await using var server = new RadioTestServer(seconds: 0.1);
        using RadioTestClient client = await server.SayAsync($"GET /jazz.mp3 {version}\r\nHost: x\r\nIcy-MetaData: 1\r\n{header}\r\n");
        string head = await client.ReadHeadAsync();
        server.Mp3.Publish(new EndItem(server.Mp3.Head * 960, TimeProvider.System.GetTimestamp()) { Reason = reason });

        string body = await client.ReadAllAsync();

        Assert.Equal(
            (isChunked, isChunked),
            (head.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.Ordinal),
                head.Contains("\r\nLinnet-End: last-chunk\r\n", StringComparison.Ordinal)));
        Assert.Equal(hasLast, body.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal));
        var reader = new HttpBodyReader(new HttpBodyFraming(HttpBodyKind.Chunked));
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(body);
        while (isChunked && !bytes.IsEmpty && !reader.HasEnded)
        {
            reader.Read(ref bytes);
        }

        Assert.Equal((hasLast, false), (reader.HasEnded, reader.IsInvalid));
    }
}
