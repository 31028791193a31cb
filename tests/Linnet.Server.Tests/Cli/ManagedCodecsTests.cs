using System.Globalization;
using System.Net;
using System.Text;

namespace Linnet.Server.Tests.Cli;

/// <summary>The program without the C libraries of codecs.</summary>
public sealed class ManagedCodecsTests
{
    private static readonly (string, string) Managed = ("LINNET_CODECS", "managed");

    [Fact]
    public async Task A_station_is_served_with_what_can_be_encoded()
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start(
            "exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "jazz=tone"), null, Managed);
        string output = "";
        while (!output.Contains("Not offered over HTTP: flac. ", StringComparison.Ordinal))
        {
            output += await server.Output.ReadLineAsync(TestContext.Current.CancellationToken) + "\n";
        }

        // The addresses come first, as on any machine.
        Assert.StartsWith("Listen with: ", output, StringComparison.Ordinal);
        Assert.Contains("Not offered over HTTP: mp3, mp3-64. ", output, StringComparison.Ordinal);
        Assert.Contains("Codecs: FLAC Linnet (no encoder), MP3 NLayer (no encoder), Opus Concentus", output, StringComparison.Ordinal);

        using var client = new HttpClient
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")),
        };
        string page = await client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("/jazz.opus", page, StringComparison.Ordinal);
        Assert.Contains("/jazz.wav", page, StringComparison.Ordinal);
        Assert.DoesNotContain(".mp3", page, StringComparison.Ordinal);
        Assert.DoesNotContain(".flac", page, StringComparison.Ordinal);
        Assert.EndsWith(
            "/jazz.opus\r\n", await client.GetStringAsync("/jazz.m3u", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains(
            "/jazz.opus\r\n", await client.GetStringAsync("/jazz.pls", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        string status = await client.GetStringAsync("/status-json.xsl", TestContext.Current.CancellationToken);
        Assert.Contains("/jazz.opus", status, StringComparison.Ordinal);
        Assert.DoesNotContain(".mp3", status, StringComparison.Ordinal);

        foreach (string path in (string[])["/jazz.mp3", "/jazz-64.mp3", "/jazz.flac"])
        {
            using HttpResponseMessage refused = await client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
            Assert.Contains(
                "This server cannot encode ", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        Assert.InRange(await LinnetProcess.HearAsync(port, "/jazz.opus", 40_000), 40_000, int.MaxValue);
        Assert.InRange(await LinnetProcess.HearAsync(port, "/jazz.wav", 400_000), 400_000, int.MaxValue);
        Assert.InRange(await LinnetProcess.HearAsync(port, "/jazz", 40_000), 40_000, int.MaxValue);
    }

    [Fact]
    public async Task The_formats_are_those_of_managed_code()
    {
        await using LinnetProcess formats = LinnetProcess.Start("exec \"$0\" \"$@\"", ["formats"], null, Managed);

        string output = await formats.Output.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (await formats.ExitAsync(), await formats.Errors.ReadToEndAsync(TestContext.Current.CancellationToken)));
        Assert.Contains("Concentus", output, StringComparison.Ordinal);
        Assert.Contains("LINNET_CODECS=managed turns off the C libraries", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_needs_a_missing_program_is_refused_with_how_to_add_it()
    {
        using var folder = new TempFolder();
        folder.Write("song.au", [.. ".snd"u8, 0, 0, 0, 24, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0x1F, 0x40, 0, 0, 0, 1, 0x40, 0, 0, 1]);
        await using LinnetProcess program = LinnetProcess.Start(
            "PATH=/nonexistent exec \"$0\" \"$@\"", LinnetProcess.Serve(0, "song.au", "--once"), folder.Path, Managed);

        Assert.Equal(1, await program.ExitAsync());
        Assert.Contains(
            "song.au is not an audio file that Linnet can read, and ffmpeg, which might, is not installed. Install it with: ",
            await program.Errors.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("song.flac", "fLaC\u0001", "has malformed metadata")]
    [InlineData("song.ogg", "no pages at all", "has no Ogg pages")]
    [InlineData("song.wav", "RIFF\u0024\0\0\0WAVEfmt \u0010\0\0\0\u0011\0\u0001\0\u0040\u001f\0\0\0\0\0\0\0\u0001\u0004\0data\0\0\0\0",
        "is compressed (WAV format 0x0011, IMA ADPCM), which only libsndfile or ffmpeg can decode, and only from a file: convert it to a "
            + "PCM WAV (with sox or ffmpeg), or to FLAC")]
    public async Task A_file_that_cannot_be_decoded_is_refused_with_its_own_reason_first(string name, string bytes, string reason)
    {
        using var folder = new TempFolder();
        folder.Write(name, [.. Encoding.Latin1.GetBytes(bytes), .. new byte[100]]);
        await using LinnetProcess program = LinnetProcess.Start(
            "PATH=/nonexistent exec \"$0\" \"$@\"", LinnetProcess.Serve(0, name, "--once"), folder.Path, Managed);

        Assert.Equal(1, await program.ExitAsync());
        Assert.Contains(
            $"{name} {reason}. ffmpeg, which might read it nevertheless, is not installed. Install it with: ",
            await program.Errors.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("formats")]
    [InlineData("serve", "tone")]
    public async Task Another_value_is_a_usage_error(params string[] arguments)
    {
        await using LinnetProcess program = LinnetProcess.Start(
            "exec \"$0\" \"$@\"", arguments, null, ("LINNET_CODECS", "native"));

        Assert.Equal(2, await program.ExitAsync());
        Assert.Equal(
            "linnet: LINNET_CODECS is 'native'; set it to 'managed' to do without the C libraries of codecs, or leave it out.\n",
            await program.Errors.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
