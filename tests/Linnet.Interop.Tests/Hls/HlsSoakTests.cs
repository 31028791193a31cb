using Linnet.Interop.Tests.Soaks;

namespace Linnet.Interop.Tests.Hls;

/// <summary>Ten minutes of HLS in all players at once.</summary>
[Collection(nameof(Alone))]
[Trait("Length", "Long")]
public sealed class HlsSoakTests(HlsLongPlays plays) : IClassFixture<HlsLongPlays>
{
    [Theory]
    [InlineData("chromium")]
    [InlineData("firefox")]
    [InlineData("webkit")]
    [InlineData("ffmpeg")]
    [InlineData("ffmpeg opus")]
    [InlineData("gstreamer")]
    public Task A_player_plays_for_ten_minutes_without_a_pause(string player) => plays.EndAsync(player);
}
