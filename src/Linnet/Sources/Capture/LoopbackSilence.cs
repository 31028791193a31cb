using Linnet.Audio;

namespace Linnet.Sources.Capture;

/// <summary>
/// Counts the silence that is missing in the recording of an output: Windows records nothing while nothing plays, but a station goes on.
/// </summary>
/// <param name="format">Format of the recording.</param>
/// <param name="time">The clock.</param>
internal sealed class LoopbackSilence(AudioFormat format, TimeProvider time)
{
    // Sound that is on its way must not be taken for silence: longer than the engine's period, and than a busy machine needs.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    // Longer than the pauses between two calls. After the machine has slept there is no use in hours of silence.
    private static readonly TimeSpan MostAtOnce = TimeSpan.FromSeconds(1);

    private long _heardAt = time.GetTimestamp();
    private bool _isSilent;

    /// <summary>Frames of silence that are due now, when nothing was recorded.</summary>
    internal int Take()
    {
        TimeSpan quiet = time.GetElapsedTime(_heardAt);
        if (!_isSilent && quiet < Patience)
        {
            return 0;
        }

        _isSilent = true;
        if (quiet > MostAtOnce)
        {
            _heardAt = time.GetTimestamp();
            return format.FramesIn(MostAtOnce);
        }

        int frames = format.FramesIn(quiet);
        _heardAt += (long)((Int128)frames * time.TimestampFrequency / format.SampleRate);
        return frames;
    }

    /// <summary>Sound was recorded.</summary>
    internal void OnSound() => (_heardAt, _isSilent) = (time.GetTimestamp(), false);
}
