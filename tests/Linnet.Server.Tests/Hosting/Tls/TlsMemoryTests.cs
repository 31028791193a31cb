using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Linnet.Native;
using Linnet.Server.Hosting.Tls;
using Linnet.Tests.Shared;

namespace Linnet.Server.Tests.Hosting.Tls;

public sealed class TlsMemoryTests
{
    [Fact]
    public async Task OpenSSL_frees_the_buffers_of_a_connection_that_still_carries_data_in_both_directions()
    {
        Assert.SkipUnless(LibSsl.IsUsed, "The TLS of .NET is not OpenSSL 3 here.");
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Issue([], TimeSpan.FromDays(-1), TimeSpan.FromDays(1), "localhost");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using TcpClient accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var server = new SslStream(accepted.GetStream());
        await using var remote = new SslStream(client.GetStream(), false, static (_, shown, _, _) => shown is not null);
        await Task.WhenAll(server.AuthenticateAsServerAsync(certificate), remote.AuthenticateAsClientAsync("localhost"));

        Assert.True(TlsMemory.Save(server));

        for (int length = 1; length < 40_000; length *= 3)
        {
            await AssertArrivesAsync(server, remote, length);
            await AssertArrivesAsync(remote, server, length);
        }
    }

    [Fact]
    public void A_connection_without_a_handshake_stays_as_it_is()
    {
        using var stream = new SslStream(new MemoryStream());

        Assert.False(TlsMemory.Save(stream));
    }

    private static async Task AssertArrivesAsync(SslStream from, SslStream to, int length)
    {
        byte[] sent = new byte[length];
        new Random(length).NextBytes(sent);
        byte[] received = new byte[length];
        await Task.WhenAll(
            from.WriteAsync(sent, TestContext.Current.CancellationToken).AsTask(),
            to.ReadExactlyAsync(received, TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(sent, received);
    }
}
