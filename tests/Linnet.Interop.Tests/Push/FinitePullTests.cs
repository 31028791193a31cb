using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Interop.Tests.Sources;
using Linnet.Serving.Pulls;
using Linnet.Sources.Ingest;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Push;

/// <summary>Files on another server, pulled as if they were streams.</summary>
public sealed class FinitePullTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    // Two seconds at 48 kHz; MP3 has whole frames, and one or two more for its delay.
    [Theory]
    [InlineData("a.wav", "-c:a pcm_s16le", 96_000)]
    [InlineData("a.flac", "-c:a flac", 96_000)]
    [InlineData("b.oga", "-c:a flac -f ogg", 96_000)]
    [InlineData("a.opus", "-c:a libopus -b:a 96k", 96_000)]
    [InlineData("a.ogg", "-c:a libvorbis -q:a 4", 96_000)]
    [InlineData("a.mp3", "-c:a libmp3lame -b:a 128k -write_xing 0", 1152 * 85)]
    public async Task A_file_is_played_to_its_last_sample_and_fetched_again(string name, string how, int frames)
    {
        Ffmpeg.Run(["-i", ffmpeg.Reference("finite.wav", 48_000, 2), .. how.Split(' '), ffmpeg[name]]);
        byte[] file = await File.ReadAllBytesAsync(ffmpeg[name], TestContext.Current.CancellationToken);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var station = new IngestBuffer("jazz", new IngestOptions());
        Task running = new HttpPull(new Uri($"http://{listener.LocalEndpoint}/{name}"), TimeProvider.System, NullLogger.Instance).RunAsync(
            station, stop.Token);

        await AnswerAsync(listener, file, file.Length, stop.Token);
        Assert.Equal(frames, station.GetState().Frames);
        await AnswerAsync(listener, file, file.Length + 1, stop.Token);
        Assert.Equal(2 * frames, station.GetState().Frames);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Audio_received_before_a_connection_reset_is_played_to_its_last_sample()
    {
        const int Frames = 96_000;
        Ffmpeg.Run(["-i", ffmpeg.Reference("reset.wav", 48_000, 2), "-c:a", "flac", ffmpeg["reset.flac"]]);
        byte[] file = await File.ReadAllBytesAsync(ffmpeg["reset.flac"], TestContext.Current.CancellationToken);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var station = new IngestBuffer("jazz", new IngestOptions());
        Task running = new HttpPull(new Uri($"http://{listener.LocalEndpoint}/a.flac"), TimeProvider.System, NullLogger.Instance)
            .RunAsync(station, stop.Token);

        using (TcpClient client = await listener.AcceptTcpClientAsync(stop.Token))
        {
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop.Token);
            await client.GetStream().WriteAsync(file, stop.Token);

            // All of it has arrived. The last frame is held until its end is known.
            await Until.TrueAsync(() => station.GetState().Frames > Frames - 8192);
            client.LingerState = new LingerOption(true, 0);
        }

        await Until.TrueAsync(() => station.GetState().Frames == Frames);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>Answers one request, and waits until the pull has closed the connection: then the station has all of it.</summary>
    private static async Task AnswerAsync(TcpListener listener, byte[] file, int length, CancellationToken cancellationToken)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(cancellationToken);
        NetworkStream stream = client.GetStream();
        string head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
        await stream.WriteAsync(file, cancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);
        byte[] buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }
}
