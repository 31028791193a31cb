using System.Diagnostics;

namespace Linnet.Interop.Tests.Devices;

/// <summary>The output of a null sink, recorded by PulseAudio's own <c>parec</c> as float32 stereo.</summary>
internal sealed class MonitorRecording : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly Process _parec;
    private readonly Task _copying;

    private MonitorRecording(Process parec)
    {
        _parec = parec;
        _copying = parec.StandardOutput.BaseStream.CopyToAsync(_bytes);
    }

    /// <summary>Starts a recording. Returns when it has begun.</summary>
    internal static async Task<MonitorRecording> StartAsync(PulseServer server, string sink, CancellationToken cancellationToken)
    {
        Process parec = server.Start(
            "parec", $"--device={sink}.monitor", "--raw", "--format=float32le", $"--rate={PulseServer.SampleRate}", "--channels=2",
            "--latency-msec=20");
        await parec.StandardOutput.BaseStream.ReadExactlyAsync(new byte[8], cancellationToken);
        return new MonitorRecording(parec);
    }

    /// <summary>Stops the recording and returns all of it.</summary>
    internal async Task<byte[]> StopAsync()
    {
        _parec.Kill();
        await _copying;
        return _bytes.ToArray();
    }

    public void Dispose()
    {
        _parec.Kill();
        _parec.Dispose();
        _bytes.Dispose();
    }
}
