using System.Globalization;
using System.Numerics;

namespace Linnet.Audio;

/// <summary>
/// Reorders sound with an unusual channel order or unusual speakers into the smallest usual layout that has all its speakers. Channels that
/// the sound lacks are silent: 2.1 becomes 5.1, and 4.0 becomes 6.1.
/// </summary>
/// <remarks>
/// After that, the number of channels alone defines the layout, for every encoder, transport and downmix. Samples do not change if each
/// speaker has a place in the layout; a speaker that no usual layout has is mixed into its neighbours. Back and side speakers count as the
/// same if there is only one pair.
/// </remarks>
internal sealed class ChannelLayout
{
    /// <summary>The tag that holds a channel mask in FLAC and Ogg.</summary>
    internal const string MaskTag = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK";

    private readonly ChannelMap _map;

    private ChannelLayout(ChannelMap map) => _map = map;

    /// <summary>Channels of the stored sound.</summary>
    internal int Stored => _map.From;

    /// <summary>Channels of the usual layout.</summary>
    internal int Channels => _map.To;

    /// <summary>The layout for the channel mask of a WAV. The mask is untrusted.</summary>
    /// <returns>
    /// <see langword="null"/> for the usual layout. That includes any mask whose number of speakers differs from the number of channels,
    /// and mono and stereo whatever their mask.
    /// </returns>
    internal static ChannelLayout? OfMask(uint mask, int channels)
    {
        if (BitOperations.PopCount(mask) != channels || channels is < 3 or > AudioFormat.MaxChannels)
        {
            return null;
        }

        Span<Speaker> speakers = stackalloc Speaker[channels];
        for (int i = 0; i < channels; i++)
        {
            speakers[i] = (Speaker)BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
        }

        return Of(speakers);
    }

    /// <summary>The layout for an untrusted mask in a tag, such as <c>0x10F</c>; <see langword="null"/> for the usual layout.</summary>
    internal static ChannelLayout? OfMask(string? tag, int channels) =>
        tag is ['0', 'x' or 'X', .. string digits]
            && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint mask)
            ? OfMask(mask, channels)
            : null;

    /// <summary>
    /// The layout for channels listed by speaker; <see langword="null"/> for the usual layout, and if a speaker is unknown or listed twice.
    /// </summary>
    internal static ChannelLayout? Of(ReadOnlySpan<Speaker> speakers)
    {
        if (speakers.Length is < 3 or > AudioFormat.MaxChannels)
        {
            return null;
        }

        for (int i = 0; i < speakers.Length; i++)
        {
            if (!Enum.IsDefined(speakers[i]) || speakers[..i].Contains(speakers[i]))
            {
                return null;
            }
        }

        ChannelMap? best = null;
        for (int channels = 1; channels <= AudioFormat.MaxChannels; channels++)
        {
            var map = new ChannelMap(speakers, channels);
            best = best is null || map.Places > best.Places ? map : best;
        }

        return best!.IsIdentity ? null : new ChannelLayout(best);
    }

    /// <summary>Maps frames to the usual layout.</summary>
    /// <param name="pcm">Whole frames of <see cref="Stored"/> channels, within <see cref="SampleLimit"/>.</param>
    /// <param name="placed">Room for the same number of frames of <see cref="Channels"/>; must not overlap <paramref name="pcm"/>.</param>
    internal void Place(ReadOnlySpan<float> pcm, Span<float> placed) => _map.Apply(pcm, placed);
}
