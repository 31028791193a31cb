using Linnet.Audio;

namespace Linnet.Sources.Capture;

/// <summary>An open device that records.</summary>
internal interface ICapture : IDisposable
{
    /// <summary>For people: the device's name.</summary>
    string Name { get; }

    /// <summary>What it gives.</summary>
    AudioFormat Format { get; }

    /// <summary>Records into the ring until cancelled; does not return otherwise.</summary>
    /// <exception cref="IOException">The device is gone.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    void Run(CaptureRing ring, CancellationToken cancellationToken);
}
