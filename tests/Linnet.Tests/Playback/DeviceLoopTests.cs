using Linnet.Audio;
using Linnet.Playback;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Playback;

/// <summary>Devices that are lost and return during playback.</summary>
public sealed class DeviceLoopTests : IDisposable
{
    private static readonly AudioFormat Format = new(8000, 1);
    private static readonly TimeSpan Check = TimeSpan.FromMilliseconds(500);

    private readonly ManualTime _time = new();
    private readonly PulledDevice _device = new();
    private readonly RecordingLogger _logger = new();
    private readonly List<AudioFormat> _reopened = [];
    private readonly DeviceLoop _loop;

    public DeviceLoopTests() => _loop = new DeviceLoop(_device, _time, _logger);

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_lost_device_plays_within_a_second_of_its_return()
    {
        Task running = await RunAsync();

        _device.Unplug();
        for (int i = 0; i < 100; i++)
        {
            await _time.FireAsync(DeviceLoop.RetryInterval);
        }

        Assert.True(_loop.IsLost);
        Assert.Empty(_reopened);
        _device.Native = new AudioFormat(44_100, 2);
        _device.PlugIn();
        long back = _time.GetTimestamp();
        await _time.FireAsync(DeviceLoop.RetryInterval);
        await _device.RunningAsync();

        Assert.InRange(_time.GetElapsedTime(back), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal([new AudioFormat(44_100, 2)], _reopened);
        await CheckAsync(() => !_loop.IsLost);
        Assert.Null(await _device.PullAsync(10, 0));
        await running;
        Assert.Equal((false, 1), (_loop.IsLost, _loop.Reopens));
        Assert.Equal(["904 The device is gone. Looking for this device or its replacement", "905 Playback continues on by hand"],
            _logger.Lines);
    }

    [Theory]
    [InlineData("The device is gone", "The device is gone. Looking")]
    [InlineData("The device is gone.", "The device is gone. Looking")]
    [InlineData("Is PulseAudio or PipeWire running?", "Is PulseAudio or PipeWire running? Looking")]
    public void A_message_of_a_device_becomes_a_sentence_with_one_mark(string message, string said)
    {
        _logger.DeviceLost(Linnet.Diagnostics.Sentence.Of(message));

        Assert.StartsWith($"904 {said}", Assert.Single(_logger.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_fails_repeatedly_is_one_loss_and_is_retried_with_pauses()
    {
        Task running = await RunAsync();
        for (int i = 0; i < 5; i++)
        {
            _device.Unplug();
            _device.PlugIn();
            if (i > 0)
            {
                await _time.FireAsync(DeviceLoop.RetryInterval);
            }

            await _device.RunningAsync();
        }

        Assert.Single(_logger.Lines);
        Assert.Null(await _device.PullAsync(10, 0));
        await running;
    }

    [Fact]
    public async Task Playback_that_ends_while_the_device_is_lost_has_ended()
    {
        Task running = await RunAsync();
        _device.Unplug();
        await _time.FireAsync(DeviceLoop.RetryInterval);

        _loop.Finish();

        await running;
    }

    [Fact]
    public async Task A_move_to_another_device_by_the_sound_server_is_logged()
    {
        Task running = await RunAsync();

        _device.Name = "headphones";
        await CheckAsync(() => _logger.Lines.Count > 0);
        Assert.Null(await _device.PullAsync(10, 0));
        await running;

        Assert.Equal(["906 Playback moved to headphones from by hand"], _logger.Lines);
    }

    // Lets the loop check its device, and waits for the result.
    private async Task CheckAsync(Func<bool> hasCome)
    {
        await _time.FireAsync(Check);
        while (!hasCome())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private async Task<Task> RunAsync()
    {
        await _device.OpenAsync(Format, TestContext.Current.CancellationToken);
        Task running = _loop.RunAsync((_, _) => AudioDevice.End, () => Format, _reopened.Add, TestContext.Current.CancellationToken);
        await _device.RunningAsync();
        return running;
    }
}
