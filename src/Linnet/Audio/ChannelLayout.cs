using System.Globalization;
using System.Numerics;

namespace Linnet.Audio;

/// <summary>
/// Puts sound whose channels are for other speakers than usual, or in another order, into the usual layout that has all its speakers.
/// Channels that the sound lacks are silent: 2.1 becomes 5.1, and 4.0 becomes 6.1.
/// </summary>
/// <remarks>
/// From then on the number of channels says all, for every encoder, transport and downmix. Where each speaker has its place, samples are
/// not changed; a speaker that no usual layout has is mixed into its neighbours. Back and side speakers are the same where there is one
/// pair.
/// </remarks>
internal sealed class ChannelLayout
{
    /// <summary>The tag of FLAC and Ogg that holds a channel mask.</summary>
    internal const string MaskTag = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK";

    private readonly ChannelMap _map;

    private ChannelLayout(ChannelMap map) => _map = map;

    /// <summary>Channels of the sound as it is stored.</summary>
    internal int Stored => _map.From;

    /// <summary>Channels of the usual layout.</summary>
    internal int Channels => _map.To;

    /// <summary>The layout of a WAV's channel mask, from anyone.</summary>
    /// <returns>
    /// <see langword="null"/>: the usual one. So is a mask that names other than as many speakers as there are channels; and mono is mono
    /// and stereo is stereo, whatever their mask is.
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

    /// <summary>The layout of a mask as tags have it, such as <c>0x10F</c>, from anyone; <see langword="null"/>: the usual one.</summary>
    internal static ChannelLayout? OfMask(string? tag, int channels) =>
        tag is ['0', 'x' or 'X', .. string digits]
            && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint mask)
            ? OfMask(mask, channels)
            : null;

    /// <summary>
    /// The layout of channels in the order of their speakers; <see langword="null"/>: the usual one, also where a speaker is unknown or
    /// there twice.
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

    /// <summary>Puts frames into the usual layout.</summary>
    /// <param name="pcm">Whole frames of <see cref="Stored"/> channels, within <see cref="SampleLimit"/>.</param>
    /// <param name="placed">Room for as many frames of <see cref="Channels"/>; not the same memory.</param>
    internal void Place(ReadOnlySpan<float> pcm, Span<float> placed) => _map.Apply(pcm, placed);
}
