using Linnet.Audio;
using Linnet.Native;
using Linnet.Wire.Ogg;

namespace Linnet.Sources.Files;

/// <summary>Finds the speakers of a file that libsndfile reads.</summary>
internal static class FileLayout
{
    private const int VorbisSubtype = 0x60;
    private const int OpusSubtype = 0x64;

    /// <summary>The layout; <see langword="null"/> for the usual one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="info">libsndfile's description of the file.</param>
    internal static ChannelLayout? Of(SndFile.Handle file, in SndFile.Info info)
    {
        if (info.Channels is < 3 or > AudioFormat.MaxChannels)
        {
            return null;
        }

        bool isOgg = (info.Format & SndFile.TypeMask) == SndFile.Ogg;
        if (isOgg && (info.Format & SndFile.SubtypeMask) is VorbisSubtype or OpusSubtype)
        {
            return OfVorbis(info.Channels);
        }

        Span<int> map = stackalloc int[info.Channels];
        return SndFile.TryGetChannelMap(file, map) ? OfMap(map) : null;
    }

    /// <summary>libsndfile gives the channels of Vorbis and Opus in Vorbis order.</summary>
    private static ChannelLayout? OfVorbis(int channels)
    {
        ReadOnlySpan<Speaker> usual = UsualSpeakers.Of(channels);
        ReadOnlySpan<byte> order = VorbisChannels.Order(channels);
        Span<Speaker> speakers = stackalloc Speaker[channels];
        for (int i = 0; i < channels; i++)
        {
            speakers[order[i]] = usual[i];
        }

        return ChannelLayout.Of(speakers);
    }

    /// <summary>For an AIFF with a layout that libsndfile does not know, the numbers are meaningless; they match no speakers.</summary>
    private static ChannelLayout? OfMap(ReadOnlySpan<int> map)
    {
        Span<Speaker> speakers = stackalloc Speaker[map.Length];
        for (int i = 0; i < map.Length; i++)
        {
            speakers[i] = SpeakerOf(map[i]);
        }

        return ChannelLayout.Of(speakers);
    }

    /// <summary>Maps <c>SF_CHANNEL_MAP_…</c> of sndfile.h.</summary>
    private static Speaker SpeakerOf(int value) => value switch
    {
        2 or 5 => Speaker.Left,
        3 or 6 => Speaker.Right,
        4 or 7 => Speaker.Centre,
        8 => Speaker.BackCentre,
        9 => Speaker.BackLeft,
        10 => Speaker.BackRight,
        11 => Speaker.LowFrequency,
        12 => Speaker.LeftOfCentre,
        13 => Speaker.RightOfCentre,
        14 => Speaker.SideLeft,
        15 => Speaker.SideRight,
        16 => Speaker.TopCentre,
        17 => Speaker.TopFrontLeft,
        18 => Speaker.TopFrontRight,
        19 => Speaker.TopFrontCentre,
        20 => Speaker.TopBackLeft,
        21 => Speaker.TopBackRight,
        22 => Speaker.TopBackCentre,
        _ => (Speaker)(-1),
    };
}
