using Linnet.Sources;
using Linnet.Tests.Sources.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Sources.Playlists;

public class UpcomingTrackTests
{
    [Fact]
    public async Task The_next_track_of_a_folder_is_known_while_one_plays_and_after_the_last_there_is_none()
    {
        using var folder = new TempFolder();
        folder.Write("1.wav", Wavs.Counting(0, 4001));
        folder.Write("2.wav", Wavs.Counting(4001, 1000));

        using IAudioSource source = AudioSources.OpenPath(
            folder.Path, new SourceOptions { Loop = false }, NullLogger.Instance, TestContext.Current.CancellationToken);
        source.Read(new float[100], TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => source.Upcoming is not null);

        Assert.Equal("2", source.Upcoming?.Title);
        source.ReadAll();
        await Until.TrueAsync(() => source.Upcoming is null);
    }
}
