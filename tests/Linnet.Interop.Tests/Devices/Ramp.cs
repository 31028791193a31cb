using System.Runtime.InteropServices;
using Linnet.Playback;

namespace Linnet.Interop.Tests.Devices;

/// <summary>
/// Audio in which each frame contains its own number. float32 holds each number exactly, so missing, repeated or changed frames are
/// detected.
/// </summary>
internal sealed class Ramp(int frames)
{
    private const float Step = 1f / (1 << 23);

    /// <summary>For each call: when its first frame should play, and the time of the call, in ticks of the system clock.</summary>
    internal List<(long HeardAt, long Now, int Frames)> Calls { get; } = [];

    internal int Given { get; private set; }

    internal int Give(Span<float> pcm, long heardAt)
    {
        if (Given == frames)
        {
            return AudioDevice.End;
        }

        int count = Math.Min(pcm.Length / 2, frames - Given);
        Calls.Add((heardAt, TimeProvider.System.GetTimestamp(), count));
        for (int i = 0; i < count; i++)
        {
            pcm[2 * i] = ++Given * Step;
            pcm[(2 * i) + 1] = -pcm[2 * i];
        }

        return count;
    }

    /// <summary>Finds which frames of the ramp are in a recording, ignoring silence before and after.</summary>
    internal static (int First, int Last) FramesIn(ReadOnlySpan<byte> recording)
    {
        ReadOnlySpan<float> pcm = MemoryMarshal.Cast<byte, float>(recording[..(recording.Length / 8 * 8)]);
        int start = pcm.IndexOfAnyExcept(0f);
        int end = pcm.LastIndexOfAnyExcept(0f);
        Assert.True(start >= 0, "only silence was recorded");
        Assert.Equal((0, 1), (start % 2, end % 2));
        int first = (int)(pcm[start] / Step);
        for (int i = 0; i <= (end - start) / 2; i++)
        {
            if (pcm[start + (2 * i)] != (first + i) * Step || pcm[start + (2 * i) + 1] != -(first + i) * Step)
            {
                Assert.Fail($"frame {first + i} is {pcm[start + (2 * i)] / Step}, {pcm[start + (2 * i) + 1] / Step}");
            }
        }

        return (first, first + ((end - start) / 2));
    }
}
