namespace Linnet.Playback.Devices;

/// <summary>An audio device for playback or recording.</summary>
/// <param name="Name">The device's name, as used on the command line.</param>
/// <param name="Description">A description for display.</param>
/// <param name="Api">The API that reaches it: "pulse", "alsa", "wasapi" or "portaudio".</param>
/// <param name="IsInput">Whether it is an input; otherwise it is an output.</param>
/// <param name="IsDefault">Whether it is used if no device is named.</param>
/// <param name="MonitorOf">The output that this input records, or <see langword="null"/>.</param>
public sealed record AudioDeviceInfo(string Name, string Description, string Api, bool IsInput, bool IsDefault, string? MonitorOf = null);
