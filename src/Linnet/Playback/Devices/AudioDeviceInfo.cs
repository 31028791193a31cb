namespace Linnet.Playback.Devices;

/// <summary>A device that sound can be played on or recorded from.</summary>
/// <param name="Name">What to call it by, on the command line too.</param>
/// <param name="Description">For people.</param>
/// <param name="Api">Through what it is reached: "pulse" or "alsa".</param>
/// <param name="IsInput">Whether it gives sound; otherwise it takes some.</param>
/// <param name="IsDefault">Whether it is taken when none is named.</param>
/// <param name="MonitorOf">The output whose sound this input gives, or <see langword="null"/>.</param>
public sealed record AudioDeviceInfo(string Name, string Description, string Api, bool IsInput, bool IsDefault, string? MonitorOf = null);
