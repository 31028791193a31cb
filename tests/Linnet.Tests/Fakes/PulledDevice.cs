using Linnet.Audio;
using Linnet.Playback;

namespace Linnet.Tests.Fakes;

/// <summary>A device whose clock a test controls.</summary>
internal sealed class PulledDevice(AudioFormat? format = null) : IAudioDevice
{
    private TaskCompletionSource<AudioCallback> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isUnplugged;

    public string Name { get; set; } = "by hand";

    public bool HasClock => true;

    internal AudioFormat Format { get; private set; }

    /// <summary>The format it opens with, if not the requested one.</summary>
    internal AudioFormat? Native { get; set; } = format;

    public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken) =>
        _isUnplugged ? throw new IOException("There is no device.") : new(Format = Native ?? wanted);

    public async Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        TaskCompletionSource ended = _ended;
        _running.SetResult(callback);
        await ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the device runs.</summary>
    internal Task<AudioCallback> RunningAsync() => _running.Task.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Requests sound that is played at <paramref name="heardAt"/>; <see langword="null"/> at the end.</summary>
    internal async Task<float[]?> PullAsync(int frames, long heardAt)
    {
        float[] pcm = new float[frames * Format.Channels];
        int given = (await RunningAsync())(pcm, heardAt);
        if (given == AudioDevice.End)
        {
            _ended.TrySetResult();
            return null;
        }

        return pcm[..(given * Format.Channels)];
    }

    /// <summary>Unplugs the device.</summary>
    internal void Unplug()
    {
        _isUnplugged = true;
        _running = new TaskCompletionSource<AudioCallback>(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _ended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .TrySetException(new IOException("The device is gone."));
    }

    /// <summary>Plugs the device in again.</summary>
    internal void PlugIn() => _isUnplugged = false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
