using Linnet.Audio;
using Linnet.Playback;

namespace Linnet.Tests.Fakes;

/// <summary>A device with a clock that a test turns by hand.</summary>
internal sealed class PulledDevice(AudioFormat? format = null) : IAudioDevice
{
    private readonly TaskCompletionSource<AudioCallback> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "by hand";

    public bool HasClock => true;

    internal AudioFormat Format { get; private set; }

    public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken) => new(Format = format ?? wanted);

    public async Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        _running.SetResult(callback);
        await _ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the device runs.</summary>
    internal Task<AudioCallback> RunningAsync() => _running.Task.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Asks for sound that is heard at <paramref name="heardAt"/>; <see langword="null"/> at the end.</summary>
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

    /// <summary>The device is pulled out.</summary>
    internal void Fail() => _ended.TrySetException(new IOException("The device is gone."));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
