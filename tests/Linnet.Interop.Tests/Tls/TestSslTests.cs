using System.Text.Json;

namespace Linnet.Interop.Tests.Tls;

/// <summary>testssl.sh looks for weaknesses of the ports with TLS.</summary>
[Trait("Length", "Long")]
public class TestSslTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(9);

    // A certificate of an own authority has no service that says whether it was revoked. The others are about the tool itself: its client
    // ends with the handshake, on a busy machine before the ticket for the next one has arrived.
    private static readonly string[] Accepted = ["cert_revocation", "engine_problem", "sessionresumption_ticket"];
    private static readonly string[] Harmless = ["OK", "INFO", "LOW", "DEBUG"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_above_low_is_found(bool isHttps)
    {
        using var folder = new TempFolder();
        await using TlsServing server = await TlsServing.StartAsync(folder, "jazz=tone");
        string address = new Uri(isHttps ? server.Https : server.Url("")).Authority;

        await using (Tool tool = Tool.Start(
            "testssl", "--quiet", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1", "--add-ca", server.Authority, "--jsonfile",
            folder["found.json"], address))
        {
            await tool.ExitAsync(Limit);
        }

        string json = await File.ReadAllTextAsync(folder["found.json"], TestContext.Current.CancellationToken);
        using JsonDocument found = JsonDocument.Parse(json);
        string[] bad =
        [
            .. from finding in found.RootElement.EnumerateArray()
               let id = finding.GetProperty("id").GetString()
               where !Harmless.Contains(finding.GetProperty("severity").GetString()) && !Accepted.Contains(id)
               select $"{id}: {finding.GetProperty("finding").GetString()}",
        ];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
        Assert.Contains(found.RootElement.EnumerateArray(), static f => f.GetProperty("id").GetString() == "TLS1_3");
    }
}
