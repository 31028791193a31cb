using System.Net.Sockets;
using System.Security.Authentication;
using Linnet.Relay;
using Linnet.Relay.Nats;
using Linnet.Tests.Fakes;
using NATS.Client.Core;

namespace Linnet.Tests.Relay.Nats;

public class NatsLinkTests
{
    [Fact]
    public async Task Without_a_server_it_says_so_and_connects_once_there_is_one()
    {
        using var server = new NatsServer();
        var logger = new RecordingLogger();
        await using var node = new RunningLink(server.Options("a"), logger);
        await Until.TrueAsync(() => node.State.Problem is not null);
        string problem = $"No NATS server answers at {server.Address}. Check the address, and that the server runs.";
        Assert.Equal((false, problem), (node.State.IsOpen, node.State.Problem));
        Assert.Contains($"1801 {problem} It is tried again", logger.Lines);

        await server.StartAsync();
        await node.OpenAsync();
        Assert.Null(node.State.Problem);
        Assert.Contains($"1800 Connected to NATS at {server.Address}", logger.Lines);
    }

    [Fact]
    public async Task With_a_wrong_password_it_says_so_and_connects_once_it_is_right()
    {
        using var server = new NatsServer();
        await server.StartAsync("--user", "radio", "--pass", "right");
        var logger = new RecordingLogger();
        RelayOptions options = new() { Servers = $"nats://radio:secret@127.0.0.1:{server.Port}" };
        await using var node = new RunningLink(options, logger);
        await Until.TrueAsync(() => node.State.Problem is not null);
        Assert.StartsWith(
            $"The NATS server at nats://radio:***@127.0.0.1:{server.Port} refuses the user of the relay. Check the user and the password",
            node.State.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Concat(logger.Lines), StringComparison.Ordinal);

        server.Kill();
        await server.StartAsync("--user", "radio", "--pass", "secret");
        await node.OpenAsync();
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_restored()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        var logger = new RecordingLogger();
        await using var node = new RunningLink(server.Options("a"), logger);
        await node.OpenAsync();

        server.Kill();
        await Until.TrueAsync(() => !node.State.IsOpen);
        Assert.Equal($"The connection to NATS at {server.Address} is lost.", node.State.Problem);
        Assert.Contains(logger.Lines, static line => line.StartsWith("1802 ", StringComparison.Ordinal));

        await server.StartAsync();
        await node.OpenAsync();
        Assert.Equal((2L, null), (node.State.Openings, node.State.Problem));
    }

    [Fact]
    public void Each_failure_has_a_sentence_that_says_what_to_do()
    {
        (Exception Error, string Words)[] failures =
        [
            (new NatsException("can not connect uris: nats://h"), "Check the address, and that the server runs."),
            (new NatsException("can not start", new SocketException()), "Check the address, and that the server runs."),
            (new NatsException("can not start", new NatsServerException("'Authorization Violation'")), "Check the user and the password"),
            (new NatsException("can not start", new AuthenticationException("It has expired.")), "is not trusted: It has expired. Name"),
            (new NatsException("can not start", new TimeoutException()), "Check the address and the port."),
            (new NatsException("Failed to load", new FileNotFoundException("No file.")), "for NATS cannot be read: No file."),
            (new NatsException("Odd."), "cannot be used: Odd."),
        ];

        Assert.All(failures, static f => Assert.Contains(f.Words, NatsProblem.Of(f.Error, "nats://h"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nats://a:4222,tls://b:4222", "node-1", 1, 0)]
    [InlineData("", "node-1", 1, 1)]
    [InlineData("nats://a:4222, http://b", "node-1", 1, 1)]
    [InlineData("host:4222", "node-1", 1, 1)]
    [InlineData("nats://a", "no de", 6, 2)]
    public void Options_are_checked(string servers, string node, int replicas, int problems) => Assert.Equal(
        problems, new RelayOptions { Servers = servers, Node = node, Replicas = replicas }.Problems().Count());

    [Fact]
    public void Passwords_are_not_shown()
    {
        Assert.Equal("nats://a,nats://u:***@b", new RelayOptions { Servers = "nats://a,nats://u:secret@b" }.ShownServers);
        string problem = Assert.Single(new RelayOptions { Servers = "http://u:secret@b" }.Problems());
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }
}
