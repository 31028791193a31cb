using System.Net.Sockets;
using Linnet.Access;
using Linnet.Serving;

namespace Linnet.Tests.Serving;

/// <summary>Every role against every protocol and kind of address, on one running server.</summary>
public sealed class AccessMatrixTests(AccessMatrixTests.Running running) : IClassFixture<AccessMatrixTests.Running>
{
    private static readonly string[] Roles =
        ["nobody", "none", "listen", "listen:jazz", "listen:open", "push", "push:live", "push:other", "control", "admin", "admin:jazz"];

    private static readonly string[] Requests = ["GET", "HEAD", "m3u", "DESCRIBE", "PUT", "metadata", "PyAudio"];

    private static readonly string[] Addresses = ["direct", "proxied", "denied", "denied behind a proxy"];

    public static TheoryData<string, string, string> Matrix => [.. from role in Roles from request in Requests from address in Addresses
        select (role, request, address)];

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Each_role_may_do_its_part_over_each_protocol_from_each_address(string role, string request, string address)
    {
        string from = address switch
        {
            "direct" => "127.0.0.1",
            "denied" => AccessTestServer.Denied,
            _ => AccessTestServer.Proxy,
        };
        string? client = address switch { "proxied" => "203.0.113.7", "denied behind a proxy" => "198.51.100.9", _ => null };
        string? account = role == "nobody" ? null : AccessTestServer.NameOf(role);

        int status = await AskAsync(request, account, from, client);

        bool isPush = request is "PUT" or "metadata";
        bool mayDoIt = isPush ? role is "push" or "push:live" or "admin" : role is "listen" or "listen:jazz" or "admin" or "admin:jazz";
        int done = request switch { "PUT" => 415, "metadata" => 404, _ => 200 };
        Assert.Equal(
            address.StartsWith("denied", StringComparison.Ordinal) || request == "PyAudio" ? 0
                : mayDoIt ? done
                : role == "nobody" ? 401
                : 403,
            status);
    }

    private async Task<int> AskAsync(string request, string? account, string from, string? client)
    {
        AccessTestServer server = running.Server;
        string headers = account is null ? "" : AccessTestServer.Basic(account);
        switch (request)
        {
            case "DESCRIBE":
                return AccessTestServer.StatusOf(await server.DescribeAsync("/jazz", account, from, client));
            case "PyAudio":
                // No PROXY header is read there: a proxy is a client like any other.
                using (Socket socket = await AccessTestServer.ConnectAsync(
                    server.Server.Protocols.Single(static p => p.Name == "pyaudio").EndPoints[0].Local, from))
                {
                    return (await AccessTestServer.AskAsync(socket, "")).Length;
                }

            case "PUT":
                return AccessTestServer.StatusOf(await server.HttpAsync(
                    "PUT /live", headers + "Content-Type: text/html\r\nContent-Length: 5\r\n", from, client));
            case "metadata":
                return AccessTestServer.StatusOf(await server.HttpAsync(
                    "GET /admin/metadata?mode=updinfo&mount=/live&song=a", headers, from, client));
            default:
                string path = request == "m3u" ? "GET /jazz.m3u" : $"{request} /jazz.wav";
                return AccessTestServer.StatusOf(await server.HttpAsync(path, headers, from, client));
        }
    }

    /// <summary>The server of all tests.</summary>
    public sealed class Running : IAsyncDisposable
    {
        internal AccessTestServer Server { get; } = new();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
