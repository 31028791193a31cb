using System.Buffers.Binary;
using Linnet.Audio;

namespace Linnet.Wire.Aiff;

/// <summary>Reads the speakers of the channels from a CHAN chunk, which is Core Audio's description of them.</summary>
/// <remarks>Source: Apple's <c>CoreAudioBaseTypes.h</c>, <c>AudioChannelLayout</c>.</remarks>
internal static class AiffLayout
{
    private const uint ByDescriptions = 0, ByMask = 0x1_0000;
    private const int HeadLength = 12;
    private const int DescriptionLength = 20;
    private const int RearLeft = 33, RearRight = 34;

    /// <summary>The layout; <see langword="null"/> for the usual one, and if the chunk is not understood.</summary>
    /// <param name="body">The chunk without its header; untrusted, may be empty.</param>
    /// <param name="channels">Channels of the file.</param>
    internal static ChannelLayout? Of(ReadOnlySpan<byte> body, int channels)
    {
        // tag 4 | mask 4 | descriptions 4 | (label 4 | flags 4 | coordinates 12)…
        if (body.Length < HeadLength)
        {
            return null;
        }

        uint tag = BinaryPrimitives.ReadUInt32BigEndian(body);
        if (tag == ByMask)
        {
            // The bits are those of a WAV.
            return ChannelLayout.OfMask(BinaryPrimitives.ReadUInt32BigEndian(body[4..]), channels);
        }

        return tag == ByDescriptions ? OfDescriptions(body, channels)
            : (tag & 0xFFFF) == channels ? ChannelLayout.Of(OfTag((int)(tag >> 16)))
            : null;
    }

    private static ChannelLayout? OfDescriptions(ReadOnlySpan<byte> body, int channels)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(body[8..]) != channels || body.Length < HeadLength + (channels * DescriptionLength))
        {
            return null;
        }

        Span<int> labels = stackalloc int[channels];
        for (int i = 0; i < channels; i++)
        {
            labels[i] = BinaryPrimitives.ReadInt32BigEndian(body[(HeadLength + (i * DescriptionLength))..]);
        }

        // Beside rear speakers, "surround" ones are at the sides.
        bool hasRear = labels.ContainsAny(RearLeft, RearRight);
        Span<Speaker> speakers = stackalloc Speaker[channels];
        for (int i = 0; i < channels; i++)
        {
            speakers[i] = labels[i] switch
            {
                RearLeft => Speaker.BackLeft,
                RearRight => Speaker.BackRight,
                5 when hasRear => Speaker.SideLeft,
                6 when hasRear => Speaker.SideRight,
                _ => (Speaker)(labels[i] - 1),
            };
        }

        return ChannelLayout.Of(speakers);
    }

    /// <summary>The speakers of the layouts that programs write by their number.</summary>
    private static Speaker[] OfTag(int tag) => tag switch
    {
        108 or 132 => [Speaker.Left, Speaker.Right, Speaker.BackLeft, Speaker.BackRight],
        113 => [Speaker.Left, Speaker.Right, Speaker.Centre],
        114 => [Speaker.Centre, Speaker.Left, Speaker.Right],
        115 => [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.BackCentre],
        116 => [Speaker.Centre, Speaker.Left, Speaker.Right, Speaker.BackCentre],
        117 => [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.BackLeft, Speaker.BackRight],
        118 => [Speaker.Left, Speaker.Right, Speaker.BackLeft, Speaker.BackRight, Speaker.Centre],
        119 => [Speaker.Left, Speaker.Centre, Speaker.Right, Speaker.BackLeft, Speaker.BackRight],
        120 => [Speaker.Centre, Speaker.Left, Speaker.Right, Speaker.BackLeft, Speaker.BackRight],
        121 => [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.BackLeft, Speaker.BackRight],
        122 => [Speaker.Left, Speaker.Right, Speaker.BackLeft, Speaker.BackRight, Speaker.Centre, Speaker.LowFrequency],
        123 => [Speaker.Left, Speaker.Centre, Speaker.Right, Speaker.BackLeft, Speaker.BackRight, Speaker.LowFrequency],
        124 => [Speaker.Centre, Speaker.Left, Speaker.Right, Speaker.BackLeft, Speaker.BackRight, Speaker.LowFrequency],
        125 =>
        [
            Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.SideLeft, Speaker.SideRight, Speaker.BackCentre,
        ],
        126 =>
        [
            Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.BackLeft, Speaker.BackRight, Speaker.LeftOfCentre,
            Speaker.RightOfCentre,
        ],
        128 =>
        [
            Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.SideLeft, Speaker.SideRight, Speaker.BackLeft,
            Speaker.BackRight,
        ],
        131 => [Speaker.Left, Speaker.Right, Speaker.BackCentre],
        _ => [],
    };
}
