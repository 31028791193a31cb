using System.Globalization;
using System.Text.RegularExpressions;

namespace Linnet.Interop.Tests.Networks;

/// <summary>
/// Two hosts and a cable between them, in network namespaces of this test: the cable drops packets in both directions, for any program.
/// Disposing it removes everything; the machine's own network is not touched.
/// </summary>
internal sealed partial class BadNetwork : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static int _made;

    private readonly string[] _hosts;

    private BadNetwork(string[] hosts) => _hosts = hosts;

    /// <summary>The address of the server's host.</summary>
    public static string Server => "10.99.0.1";

    /// <summary>Creates a network, or skips the test without the permission to.</summary>
    /// <param name="udpLoss">Percentage of UDP packets dropped in each direction.</param>
    /// <param name="tcpLoss">Percentage of TCP packets dropped in each direction.</param>
    public static async Task<BadNetwork> MakeAsync(int udpLoss, int tcpLoss = 0)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Network namespaces exist only on Linux.");
        string name = $"linnet-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
        var network = new BadNetwork([$"{name}-a", $"{name}-b"]);
        try
        {
            await network.BuildAsync();
            await network.LoseAsync(udpLoss, tcpLoss);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a program on the server's host; <c>linnet</c> is the one built here.</summary>
    public Tool OnServer(string program, params string[] arguments) => On(_hosts[0], program, arguments);

    /// <summary>Starts a program on the listeners' host.</summary>
    public Tool OnClient(string program, params string[] arguments) => On(_hosts[1], program, arguments);

    /// <summary>Writes a script that runs a program on the listeners' host, for what starts programs itself.</summary>
    public async Task<string> ScriptOnClientAsync(TempFolder folder, string program)
    {
        string script = folder.Write("on-client", $"#!/bin/sh\nexec ip netns exec {_hosts[1]} {program} \"$@\"\n");
        await Tool.RunAsync(Limit, "chmod", "+x", script);
        return script;
    }

    /// <summary>Adds an address to a host's end of the cable: 0 is the server's host, 1 the listeners'.</summary>
    public Task AddAddressAsync(int host, string address) =>
        Tool.RunAsync(
            Limit, "ip", ["-n", _hosts[host], "address", "add", address, "dev", "cable",
                .. address.Contains(':', StringComparison.Ordinal) ? ["nodad"] : Array.Empty<string>()]);

    /// <summary>Removes an address from a host, and with it the route to its network.</summary>
    public Task RemoveAddressAsync(int host, string address) =>
        Tool.RunAsync(Limit, "ip", "-n", _hosts[host], "address", "delete", address, "dev", "cable");

    /// <summary>
    /// Makes programs that start on a host from now on resolve a name to two addresses, as with <c>/etc/hosts</c>: the first address has no
    /// host.
    /// </summary>
    public async Task NameAsync(int host, string name, string silent, string address)
    {
        await Tool.RunAsync(Limit, "ip", "-n", _hosts[host], "neighbor", "add", silent, "lladdr", "02:00:00:00:00:99", "dev", "cable");
        string folder = FolderOf(_hosts[host]);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "hosts"), $"127.0.0.1 localhost\n{silent} {name}\n{address} {name}\n");
    }

    /// <summary>Runs a system program on a host to its end.</summary>
    public Task<string> RunAsync(int host, string program, params string[] arguments) =>
        Tool.RunAsync(Limit, "ip", ["netns", "exec", _hosts[host], program, .. arguments]);

    /// <summary>Blocks UDP to the listeners' host from now on, like a firewall.</summary>
    public Task ShutUdpAsync() => NftAsync(_hosts[1], "insert rule inet bad in iifname cable meta l4proto udp drop");

    /// <summary>Unblocks UDP.</summary>
    public Task OpenUdpAsync() => NftAsync(_hosts[1], "flush chain inet bad in");

    /// <summary>Counts the audio packets that reached the listeners' host, and those of them that were dropped.</summary>
    public async Task<(long Sent, long Lost)> CountSoundAsync()
    {
        string rules = await NftAsync(_hosts[1], "list chain inet bad in");
        MatchCollection counters = Counter().Matches(rules);
        return (Count(counters[0]), Count(counters[1]));

        static long Count(Match match) => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string host in _hosts)
        {
            await using Tool tool = Tool.Start("ip", "netns", "delete", host);
            await tool.ExitAsync(Limit);
            if (Directory.Exists(FolderOf(host)))
            {
                Directory.Delete(FolderOf(host), recursive: true);
            }
        }
    }

    private async Task BuildAsync()
    {
        foreach (string host in _hosts)
        {
            await using Tool made = Tool.Start("ip", "netns", "add", host);
            int code = await made.ExitAsync(Limit);
            Assert.SkipWhen(code != 0, $"Cannot create a network namespace here: {made.Errors.Trim()}");
        }

        await Tool.RunAsync(
            Limit, "ip", "link", "add", "cable", "netns", _hosts[0], "type", "veth", "peer", "name", "cable", "netns", _hosts[1]);
        for (int i = 0; i < 2; i++)
        {
            await Tool.RunAsync(Limit, "ip", "-n", _hosts[i], "address", "add", $"10.99.0.{i + 1}/24", "dev", "cable");
            await Tool.RunAsync(Limit, "ip", "-n", _hosts[i], "link", "set", "cable", "up");
            await Tool.RunAsync(Limit, "ip", "-n", _hosts[i], "link", "set", "lo", "up");
        }
    }

    private async Task LoseAsync(int udpLoss, int tcpLoss)
    {
        foreach (string host in _hosts)
        {
            await NftAsync(host, "add table inet bad");
            await NftAsync(host, "add chain inet bad in { type filter hook input priority 0; }");
            await NftAsync(host, "add rule inet bad in iifname cable udp sport 8556 counter");
            await NftAsync(host, $"add rule inet bad in iifname cable udp sport 8556 {Drop(udpLoss)}");
            await NftAsync(host, $"add rule inet bad in iifname cable udp sport != 8556 {Drop(udpLoss)}");
            await NftAsync(host, $"add rule inet bad in iifname cable meta l4proto tcp {Drop(tcpLoss)}");
        }

        static string Drop(int percent) => string.Create(CultureInfo.InvariantCulture, $"numgen random mod 100 < {percent} counter drop");
    }

    // Files in this folder replace those of the same name in /etc (ip-netns(8)).
    private static string FolderOf(string host) => Path.Combine("/etc/netns", host);

    private static Task<string> NftAsync(string host, string command) => Tool.RunAsync(Limit, "ip", "netns", "exec", host, "nft", command);

    private static Tool On(string host, string program, string[] arguments) =>
        Tool.Start("ip", ["netns", "exec", host, Tool.FileOf(program), .. arguments]);

    [GeneratedRegex("counter packets ([0-9]+)")]
    private static partial Regex Counter();
}
