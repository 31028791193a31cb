using Linnet.Sources;
using Linnet.Sources.Capture;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Devices;

/// <summary>Sound servers that disappear during a recording.</summary>
public sealed class RestartedCaptureTests : IAsyncLifetime
{
    private readonly PulseServer _pulse = new();
    private readonly CancellationTokenSource _limit =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        _limit.CancelAfter(TimeSpan.FromSeconds(60));
        await _pulse.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _pulse.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task Recording_continues_after_the_sound_server_restarts_with_silence_in_between()
    {
        using RetriedSource source = RetriedSource.Open(
            "The sound input",
            token => CaptureSource.Open("monitor", TimeProvider.System, _pulse.Address, token),
            atEnd: "It ended.",
            TimeProvider.System,
            NullLogger.Instance,
            _limit.Token);
        float[] pcm = new float[2 * PulseServer.SampleRate / 100];
        Assert.NotEqual(0, source.Read(pcm, _limit.Token).Frames);

        Task restarting = _pulse.RestartAsync();
        bool wasAway = false;
        bool wasTold = false;
        int silent = 0;
        while (!wasAway || source.Outage is not null)
        {
            SourceRead read = source.Read(pcm, _limit.Token);
            Assert.NotEqual(0, read.Frames);
            wasAway |= source.Outage is not null;
            wasTold |= read.Discontinuity;
            silent += source.Outage is not null ? read.Frames : 0;
        }

        await restarting;
        Assert.True(wasTold);
        Assert.True(silent > PulseServer.SampleRate / 10);
    }
}
