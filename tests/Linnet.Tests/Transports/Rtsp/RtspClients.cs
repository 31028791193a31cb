using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Connects clients to fake servers, and disconnects them.</summary>
internal static class RtspClients
{
    internal static Task<RtspReceiver> ConnectAsync(
        FakeRtspServer server, RtspTransport transport, TimeProvider? time = null, TimeSpan? udpPatience = null) =>
        RtspReceiver.ConnectAsync(
            new RtspReceiverOptions
            {
                Address = server.Address,
                Transport = transport,
                UdpPatience = udpPatience ?? TimeSpan.FromSeconds(2)
            },
            time ?? TimeProvider.System,
            new Random(1),
            NullLogger.Instance,
            TestContext.Current.CancellationToken);

    internal static async Task StopAsync(CancellationTokenSource stop, Task hearing)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hearing);
    }
}
