namespace Linnet.Audio;

/// <summary>The speaker that a channel is for. The values are the bit numbers in a WAV channel mask.</summary>
/// <remarks>Source: Microsoft's <c>ksmedia.h</c>, <c>SPEAKER_…</c>.</remarks>
internal enum Speaker
{
    Left,
    Right,
    Centre,
    LowFrequency,
    BackLeft,
    BackRight,
    LeftOfCentre,
    RightOfCentre,
    BackCentre,
    SideLeft,
    SideRight,
    TopCentre,
    TopFrontLeft,
    TopFrontCentre,
    TopFrontRight,
    TopBackLeft,
    TopBackCentre,
    TopBackRight,
}

/// <summary>
/// The speakers of 1–8 channels in Linnet's order, which is the order of WAV and FLAC. Programs assume it if nothing else is specified.
/// </summary>
/// <remarks>Source: RFC 9639 §9.1.3; Microsoft's <c>ksmedia.h</c>.</remarks>
internal static class UsualSpeakers
{
    private static readonly Speaker[][] Layouts =
    [
        [Speaker.Centre],
        [Speaker.Left, Speaker.Right],
        [Speaker.Left, Speaker.Right, Speaker.Centre],
        [Speaker.Left, Speaker.Right, Speaker.BackLeft, Speaker.BackRight],
        [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.BackLeft, Speaker.BackRight],
        [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.BackLeft, Speaker.BackRight],
        [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.BackCentre, Speaker.SideLeft, Speaker.SideRight],
        [
            Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency,
            Speaker.BackLeft, Speaker.BackRight, Speaker.SideLeft, Speaker.SideRight,
        ],
    ];

    /// <summary>The speakers of <paramref name="channels"/> channels, 1–8.</summary>
    internal static ReadOnlySpan<Speaker> Of(int channels) => Layouts[channels - 1];

    /// <summary>The same as a WAV channel mask.</summary>
    internal static uint MaskOf(int channels)
    {
        uint mask = 0;
        foreach (Speaker speaker in Of(channels))
        {
            mask |= 1u << (int)speaker;
        }

        return mask;
    }
}
