using Linnet.Sources;
using Linnet.Sources.Capture;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Devices;

/// <summary>Sound servers that go away while they are recorded from.</summary>
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
    public async Task A_sound_server_that_was_restarted_is_recorded_from_again_and_there_is_silence_meanwhile()
    {
        using RetriedSource source = RetriedSource.Open(
            "The sound input",
            token => CaptureSource.Open("monitor", TimeProvider.System, _pulse.Address, token),
            atEnd: "It has ended.",
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
