using Linnet.Audio;
using Linnet.Playback;

namespace OwnDevice;

/// <summary>Prints how loud the sound is. It has a clock: it takes a tenth of a second of sound every tenth of a second.</summary>
public sealed class Meter : IAudioDevice
{
    private AudioFormat _format;

    public string Name => "meter";

    public bool HasClock => true;

    public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken) => new(_format = wanted);

    public async Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        float[] pcm = new float[_format.SampleRate / 10 * _format.Channels];
        long heardAt = time.GetTimestamp();
        while (callback(pcm, heardAt) is not AudioDevice.End)
        {
            Console.WriteLine($"peak {pcm.Max(static sample => Math.Abs(sample)):F3}");
            heardAt += time.TimestampFrequency / 10;
            TimeSpan wait = time.GetElapsedTime(time.GetTimestamp(), heardAt);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
