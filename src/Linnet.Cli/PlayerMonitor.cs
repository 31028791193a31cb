using Linnet.Cli.Panels;
using Linnet.Playback;

namespace Linnet.Cli;

/// <summary>Shows a player's statistics on a panel whose meters move, and handles keys.</summary>
/// <param name="player">The player.</param>
/// <param name="hasVolume">Whether keys mute the player and change its volume. Not for a recording, which stays bit-exact.</param>
internal sealed class PlayerMonitor(Player player, bool hasVolume = true)
{
    private const double Step = 0.05;
    private const double Loudest = 2;
    private readonly LevelMeters _meters = new();

    /// <summary>The panel's lines, and the line that explains the keys.</summary>
    public (IEnumerable<PanelLine> Panel, IEnumerable<PanelLine> Keys) Render(int width, bool hasAddresses = false)
    {
        PlayerStatistics now = player.GetStatistics();
        IReadOnlyList<MeterLevel> meters = _meters.Move([.. now.Levels.Select(static l => l.PeakDbfs)], now.Elapsed);
        return (PlayerPanel.Render(now, meters, width), PlayerPanel.Keys(now, width, hasAddresses, hasVolume));
    }

    /// <summary>Runs the action of a key.</summary>
    public void OnKey(char key)
    {
        if (!hasVolume)
        {
            return;
        }

        switch (key)
        {
            case ' ':
                player.IsMuted = !player.IsMuted;
                break;
            case '+' or '=': // the same key without Shift
                player.Volume = Math.Round(Math.Min(player.Volume + Step, Math.Max(player.Volume, Loudest)), 2);
                break;
            case '-' or '−' or '_':
                player.Volume = Math.Round(Math.Max(player.Volume - Step, 0), 2);
                break;
            default:
                break;
        }
    }
}
