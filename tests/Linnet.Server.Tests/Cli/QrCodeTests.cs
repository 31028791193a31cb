using System.Diagnostics;
using System.Text;
using Linnet.Cli.Panels;

namespace Linnet.Server.Tests.Cli;

/// <summary>The QR code for phones, decoded by an external program.</summary>
public sealed class QrCodeTests : IDisposable
{
    private const string Reader = "/usr/bin/zbarimg";
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-code-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("http://192.168.1.5:8000/")]
    [InlineData("http://[2001:db8:1234:5678:9abc:def0:1234:5678]:65535/")]
    public async Task The_code_contains_the_address(string address) => Assert.Equal(address, await ReadAsync(QrCode.Lines(address)));

    [Fact]
    public async Task A_demo_prints_the_browser_address_first_and_a_code_that_contains_it()
    {
        await using LinnetProcess demo = LinnetProcess.Start(
            "exec \"$0\" \"$@\"",
            ["demo", "--seconds", "0.5", "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "0"]);

        string[] lines = (await demo.Output.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');

        Assert.Equal(0, await demo.ExitAsync());
        Assert.Matches("^In a browser:  http://127\\.0\\.0\\.1:[1-9][0-9]*/$", lines[0]);
        string[] code = [.. lines.Skip(1).TakeWhile(static line => line.All(static c => " █▀▄".Contains(c, StringComparison.Ordinal)))];
        Assert.Equal(lines[0].Split(' ')[^1], await ReadAsync(code));
    }

    /// <summary>Paints the lines as an image, with light blocks, and decodes it.</summary>
    private async Task<string> ReadAsync(IReadOnlyList<string> lines)
    {
        Assert.SkipUnless(File.Exists(Reader), "needs a QR code reader");
        const int Scale = 8;
        int width = lines[0].Length;
        var image = new List<byte>(Encoding.ASCII.GetBytes($"P5 {width * Scale} {lines.Count * 2 * Scale} 255\n"));
        for (int y = 0; y < lines.Count * 2 * Scale; y++)
        {
            string line = lines[y / Scale / 2];
            bool isUpper = y / Scale % 2 == 0;
            image.AddRange(
                Enumerable.Range(0, width * Scale)
                    .Select(x => line[x / Scale] == '█' || line[x / Scale] == (isUpper ? '▀' : '▄') ? (byte)255 : (byte)0));
        }

        string path = Path.Join(_folder, "code.pgm");
        await File.WriteAllBytesAsync(path, [.. image], TestContext.Current.CancellationToken);
        using Process reader =
            Process.Start(
                new ProcessStartInfo(Reader, ["--quiet", "--raw", path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = await reader.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await reader.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said.TrimEnd('\n');
    }
}
