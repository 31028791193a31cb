using Linnet.Audio;

namespace Linnet.Playback.Devices;

/// <summary>Receives the sound that a player plays on a <see cref="CallbackDevice"/>.</summary>
/// <param name="pcm">Whole frames, interleaved, full scale ±1; larger samples are possible. Valid during the call only: copy what you
/// keep.</param>
/// <param name="block">What the frames are.</param>
public delegate void PcmCallback(ReadOnlySpan<float> pcm, PcmBlock block);

/// <summary>Describes a block of sound that was received.</summary>
/// <param name="Format">Its format. It does not change while the player runs.</param>
/// <param name="Position">Frames that came before it, since the player began.</param>
/// <param name="SentAt">
/// When its first frame was due at the station (for live sound: when it was captured), by the server's wall clock, to some milliseconds.
/// <see langword="null"/> until the server has told, which over RTSP it does within seconds, and over HTTP never.
/// </param>
public readonly record struct PcmBlock(AudioFormat Format, long Position, DateTimeOffset? SentAt);
