using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class ChannelLayoutTests
{
    /// <summary>A WAV mask, and for each channel of the resulting usual layout the stored channel in it; −1 for none.</summary>
    [Theory]
    [InlineData(0x00Bu, 3, new[] { 0, 1, -1, 2, -1, -1 })]           // 2.1 → 5.1
    [InlineData(0x103u, 3, new[] { 0, 1, -1, -1, 2, -1, -1 })]       // 3.0 (back) → 6.1
    [InlineData(0x107u, 4, new[] { 0, 1, 2, -1, 3, -1, -1 })]        // 4.0 → 6.1
    [InlineData(0x00Fu, 4, new[] { 0, 1, 2, 3, -1, -1 })]            // 3.1 → 5.1
    [InlineData(0x10Fu, 5, new[] { 0, 1, 2, 3, 4, -1, -1 })]         // 4.1 → 6.1
    [InlineData(0x707u, 6, new[] { 0, 1, 2, -1, 3, 4, 5 })]          // 6.0 → 6.1
    [InlineData(0x137u, 6, new[] { 0, 1, 2, -1, 5, 3, 4 })]          // hexagonal → 6.1
    [InlineData(0x13Fu, 7, new[] { 0, 1, 2, 3, 6, 4, 5 })]           // 6.1 with the pair at the back
    [InlineData(0x637u, 7, new[] { 0, 1, 2, -1, 3, 4, 5, 6 })]       // 7.0 → 7.1
    public void Every_speaker_keeps_its_sound_to_the_bit(uint mask, int channels, int[] expected)
    {
        ChannelLayout layout = ChannelLayout.OfMask(mask, channels)!;
        float[] stored = Signals.Noise(channels * 10);
        float[] placed = new float[layout.Channels * 10];
        layout.Place(stored, placed);

        Assert.Equal((channels, expected.Length), (layout.Stored, layout.Channels));
        for (int i = 0; i < placed.Length; i++)
        {
            (int frame, int channel) = Math.DivRem(i, expected.Length);
            Assert.Equal(expected[channel] < 0 ? 0 : stored[(frame * channels) + expected[channel]], placed[i]);
        }
    }

    [Theory]
    [InlineData(0x007u, 3)]
    [InlineData(0x033u, 4)]
    [InlineData(0x603u, 4)]
    [InlineData(0x037u, 5)]
    [InlineData(0x607u, 5)]
    [InlineData(0x03Fu, 6)]
    [InlineData(0x60Fu, 6)]
    [InlineData(0x70Fu, 7)]
    [InlineData(0x63Fu, 8)]
    public void Usual_layouts_are_left_alone_with_back_or_side_speakers(uint mask, int channels) =>
        Assert.Null(ChannelLayout.OfMask(mask, channels));

    [Theory]
    [InlineData(0u, 4)]
    [InlineData(0x107u, 5)]
    [InlineData(0x107u, 3)]
    [InlineData(0x4u, 1)]
    [InlineData(0x1u, 1)]
    [InlineData(0x30u, 2)]
    [InlineData(0x8000_0007u, 4)]
    [InlineData(uint.MaxValue, 32)]
    [InlineData(0x1FFu, 9)]
    public void An_invalid_mask_is_ignored(uint mask, int channels) => Assert.Null(ChannelLayout.OfMask(mask, channels));

    [Fact]
    public void Speakers_that_no_usual_layout_has_are_mixed_into_their_neighbours()
    {
        // 7.1 with wide fronts, and an octagon.
        ChannelLayout wide = ChannelLayout.OfMask(0x0FF, 8)!;
        float[] placed = new float[wide.Channels];
        wide.Place([0, 0, 0, 0, 0, 0, 1, 0], placed);
        Assert.Equal((6, true), (wide.Channels, placed[0] > 0.4f && placed.Skip(1).All(s => s == 0)));

        ChannelLayout octagon = ChannelLayout.OfMask(0x737, 8)!;
        placed = new float[octagon.Channels];
        octagon.Place([0, 0, 0, 0, 0, 1, 0, 0], placed);
        Assert.Equal(8, octagon.Channels);
        Assert.True(placed[4] > 0.3f && placed[4] == placed[5] && placed.Count(s => s != 0) == 2);

        // Full scale on all channels cannot clip.
        octagon.Place([.. Enumerable.Repeat(1f, 8)], placed);
        Assert.All(placed, sample => Assert.InRange(sample, 0, 1.000001f));
    }

    [Theory]
    [InlineData("0x107", 7)]
    [InlineData("0X107", 7)]
    [InlineData("107", 0)]
    [InlineData("0x", 0)]
    [InlineData("0x1234567890", 0)]
    [InlineData("0x-1", 0)]
    [InlineData(null, 0)]
    public void A_tag_holds_the_mask_as_a_number(string? tag, int channels) =>
        Assert.Equal(channels, ChannelLayout.OfMask(tag, 4)?.Channels ?? 0);
}
