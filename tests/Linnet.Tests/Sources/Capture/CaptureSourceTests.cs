using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Capture;

namespace Linnet.Tests.Sources.Capture;

public class CaptureSourceTests
{
    [Fact]
    public void A_device_that_sends_nothing_fails()
    {
        using var source = new CaptureSource(new StuckDevice(), TimeSpan.FromMilliseconds(1));

        IOException e = Assert.Throws<IOException>(() => source.Read(new float[100], TestContext.Current.CancellationToken));

        Assert.Equal("The device has sent no audio for 0.001 s.", e.Message);
    }

    [Fact]
    public void A_wait_can_be_cancelled()
    {
        using var source = new CaptureSource(new StuckDevice());
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => source.Read(new float[100], stop.Token));
    }

    private sealed class StuckDevice : ICapture
    {
        public string Name => "stuck";

        public AudioFormat Format => new(8000, 1);

        public void Run(PcmBuffer buffer, CancellationToken cancellationToken) => cancellationToken.WaitHandle.WaitOne();

        public void Dispose()
        {
        }
    }
}
