using Linnet.Audio;

namespace Linnet.Sources.Capture;

/// <summary>An open device that records.</summary>
internal interface ICapture : IDisposable
{
    /// <summary>Name of the device, for display.</summary>
    string Name { get; }

    /// <summary>Format of the recorded sound.</summary>
    AudioFormat Format { get; }

    /// <summary>Records into the buffer until cancelled.</summary>
    /// <exception cref="IOException">The device failed or was removed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    void Run(PcmBuffer buffer, CancellationToken cancellationToken);
}
