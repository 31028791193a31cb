using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Linnet.Server.Tests.Hosting;

/// <summary>The program in <c>samples/Host</c>, as it is run.</summary>
public sealed partial class HostSampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-host-").FullName;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_sample_has_at_most_twenty_lines() => Assert.InRange(
        File.ReadAllLines(Path.Join(ReadmeTests.RepositoryRoot, "samples", "Host", "Program.cs")).Length, 1, 20);

    [Fact]
    public void The_program_in_the_documentation_is_the_sample()
    {
        string page = File.ReadAllText(Path.Join(ReadmeTests.RepositoryRoot, "docs", "hosting.md")).ReplaceLineEndings("\n");
        string sample = File.ReadAllText(Path.Join(ReadmeTests.RepositoryRoot, "samples", "Host", "Program.cs"));

        Assert.Contains($"```csharp\n{sample.ReplaceLineEndings("\n")}```\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_serves_its_own_endpoint_a_page_a_stream_and_a_push()
    {
        string song = Path.Join(_folder, "song.wav");
        await File.WriteAllBytesAsync(song, Wav(seconds: 5), HangLimit);
        using Process program = Start("--port", "0", "--song", song);
        try
        {
            int port = await PortAsync(program);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };

            Assert.Equal("Hello", await client.GetStringAsync(new Uri("hello", UriKind.Relative), HangLimit));
            Assert.Contains(
                $"<source src=\"/song.{Encoders.First}\" ", await client.GetStringAsync(new Uri("", UriKind.Relative), HangLimit),
                StringComparison.Ordinal);
            using (Stream stream = await client.GetStreamAsync(new Uri("song.opus", UriKind.Relative), HangLimit))
            {
                byte[] sound = new byte[20_000];
                await stream.ReadExactlyAsync(sound, HangLimit);
                Assert.Equal("OggS"u8.ToArray(), sound[..4]);
            }

            using var pusher = new TcpClient();
            await pusher.ConnectAsync(IPAddress.Loopback, port, HangLimit);
            await pusher.GetStream().WriteAsync(
                "SOURCE /live ICE/1.0\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\nContent-Type: audio/wav\r\n\r\n"u8.ToArray(),
                HangLimit);
            byte[] answer = new byte[12];
            await pusher.GetStream().ReadExactlyAsync(answer, HangLimit);
            Assert.EndsWith(" 200", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
            await pusher.GetStream().WriteAsync(Wav(seconds: 2), HangLimit);
            while (!(await client.GetStringAsync(new Uri("stations.json", UriKind.Relative), HangLimit)).Contains(
                "\"live\"],", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, HangLimit);
            }
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_choice_of_codecs_that_does_not_exist_ends_the_start_of_a_host()
    {
        using Process program = Start(("LINNET_CODECS", "native"), "--port", "0");
        try
        {
            string log = await program.StandardOutput.ReadToEndAsync(HangLimit) + await program.StandardError.ReadToEndAsync(HangLimit);
            await program.WaitForExitAsync(HangLimit);

            Assert.NotEqual(0, program.ExitCode);
            Assert.Contains(
                "LINNET_CODECS is 'native'; set it to 'managed' to do without the C libraries of codecs, or leave it out.", log,
                StringComparison.Ordinal);
            Assert.DoesNotContain("Now listening", log, StringComparison.Ordinal);
        }
        finally
        {
            program.Kill();
        }
    }

    private static async Task<int> PortAsync(Process program)
    {
        while (await program.StandardOutput.ReadLineAsync(HangLimit) is string line)
        {
            if (ListeningLine().Match(line) is { Success: true } match)
            {
                // The rest of the log must not fill the pipe.
                program.BeginErrorReadLine();
                _ = program.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException(await program.StandardError.ReadToEndAsync(HangLimit));
    }

    private static Process Start(params string[] arguments) => Start(("Linnet__PushPassword", "hackme"), arguments);

    private static Process Start((string Name, string Value) setting, params string[] arguments)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string path = Path.GetFullPath(Path.Join(AppContext.BaseDirectory, "..", "..", "Host", configuration, "Host"));
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? path + ".exe" : path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment[setting.Name] = setting.Value;
        return Process.Start(start)!;
    }

    /// <summary>A tone of 8 kHz, mono, 16 bit.</summary>
    private static byte[] Wav(int seconds)
    {
        byte[] sound = new byte[seconds * 16_000];
        for (int i = 0; i < sound.Length / 2; i++)
        {
            BitConverter.TryWriteBytes(sound.AsSpan(i * 2), (short)(10_000 * Math.Sin(i / 3.0)));
        }

        return PcmWav.Of(8000, 1, 16, sound);
    }

    [GeneratedRegex(@"Now listening on: http://\S*:(\d+)")]
    private static partial Regex ListeningLine();
}
