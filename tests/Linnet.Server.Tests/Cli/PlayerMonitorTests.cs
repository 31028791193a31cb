using System.CommandLine;
using Linnet.Cli;
using Linnet.Cli.Commands;
using Linnet.Playback;
using Linnet.Playback.Devices;

namespace Linnet.Server.Tests.Cli;

/// <summary>What keys do to a player.</summary>
public class PlayerMonitorTests
{
    [Fact]
    public async Task Keys_mute_a_player_and_change_its_volume()
    {
        await using Player player = NewPlayer();
        var monitor = new PlayerMonitor(player);

        monitor.OnKey(' ');
        monitor.OnKey('+');

        Assert.Equal((true, 1.05), (player.IsMuted, player.Volume));
    }

    [Fact]
    public async Task No_key_changes_a_recording()
    {
        await using Player player = NewPlayer();
        PlayRequest request = RecordCommand.Read(CommandLine.Create(new FakeShell().Shell).Parse(["record", "studio", "take.wav"]));
        var monitor = new PlayerMonitor(player, request.HasVolume);

        foreach (char key in " +=-_")
        {
            monitor.OnKey(key);
        }

        Assert.Equal((false, 1.0), (player.IsMuted, player.Volume));
        Assert.Equal(" ? explains  q quits", monitor.Render(80).Keys.Single().Render(80, colours: false));
    }

    private static Player NewPlayer() =>
        new(new PlayerOptions { Url = new Uri("rtsp://studio/") }, new NullDevice(TimeProvider.System));
}
