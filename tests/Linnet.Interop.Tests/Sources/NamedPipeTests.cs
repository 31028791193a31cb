using Linnet.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Sources;

/// <summary>Named pipes whose writers come and go.</summary>
public sealed class NamedPipeTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _limit =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private string Pipe => _folder["live.fifo"];

    public async ValueTask InitializeAsync()
    {
        _limit.CancelAfter(Limit);
        await Tool.RunAsync(Limit, "mkfifo", Pipe);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        _limit.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task After_its_writer_leaves_the_next_one_plays_at_any_rate()
    {
        Assert.True(NamedPipe.IsOne(Pipe));
        Assert.False(NamedPipe.IsOne(_folder["nothing"]));
        Task writing = WriteAsync(Pipe, 48_000);
        using IAudioSource source = AudioSources.OpenPath(Pipe, new SourceOptions(), NullLogger.Instance, _limit.Token);
        await writing;
        Read(source, until: () => source.Outage is not null);

        writing = WriteAsync(Pipe, 44_100);
        Read(source, until: () => source.Outage is null);
        await writing;

        Assert.Equal(48_000, source.Format.SampleRate);
    }

    [Fact]
    public async Task Without_loop_it_ends_with_its_writer()
    {
        Task writing = WriteAsync(Pipe, 8000);
        using IAudioSource source = AudioSources.OpenPath(Pipe, new SourceOptions { Loop = false }, NullLogger.Instance, _limit.Token);

        int frames = 0;
        float[] pcm = new float[8000];
        for (int read = source.Read(pcm, _limit.Token).Frames; read > 0; read = source.Read(pcm, _limit.Token).Frames)
        {
            frames += read;
        }

        await writing;
        Assert.Equal(2 * 8000, frames);
    }

    private void Read(IAudioSource source, Func<bool> until)
    {
        float[] pcm = new float[source.Format.Channels * 480];
        while (!until())
        {
            Assert.NotEqual(0, source.Read(pcm, _limit.Token).Frames);
        }
    }

    private static Task<string> WriteAsync(string pipe, int rate) =>
        Tool.RunAsync(Limit, "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", $"sine=r={rate}:d=2", "-f", "wav", pipe);
}
