using System.IO.Compression;
using Linnet.Broadcast;
using Linnet.Broadcast.Segments;

namespace Linnet.Transports.Http.Hls;

/// <summary>A rendition that is heard over HLS now: it runs for as long as clients request it.</summary>
/// <param name="log">Its segments.</param>
/// <param name="lease">Keeps the rendition running.</param>
/// <param name="times">The length of segments.</param>
/// <param name="size">The memory that was reserved for its segments, in bytes.</param>
internal sealed class HlsStream(SegmentLog log, RingLease lease, SegmentTimes times, long size)
{
    private Playlist? _playlist;
    private long _askedAt = log.StartedAt;

    /// <summary>Its segments.</summary>
    internal SegmentLog Log => log;

    /// <summary>Keeps the rendition running.</summary>
    internal RingLease Lease => lease;

    /// <summary>The memory that was reserved for its segments, in bytes.</summary>
    internal long Size => size;

    /// <summary>When it was last asked for, in ticks.</summary>
    internal long AskedAt
    {
        get => Volatile.Read(ref _askedAt);
        set => Volatile.Write(ref _askedAt, value);
    }

    /// <summary>Whether its failure has been counted.</summary>
    internal bool IsNoted { get; set; }

    /// <summary>The playlist of a window: written once for all who ask.</summary>
    /// <param name="window">The window.</param>
    /// <param name="isCompressed">Whether to compress it by gzip.</param>
    internal ReadOnlyMemory<byte> PlaylistOf(SegmentWindow window, bool isCompressed)
    {
        Playlist? known = Volatile.Read(ref _playlist);
        if (known is null || !ReferenceEquals(known.Window, window))
        {
            byte[] text = HlsPlaylists.Media(log.Ring.Info, window, times);
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(text);
            }

            known = new Playlist(window, text, compressed.ToArray());
            Volatile.Write(ref _playlist, known);
        }

        return isCompressed ? known.Compressed : known.Text;
    }

    private sealed record Playlist(SegmentWindow Window, byte[] Text, byte[] Compressed);
}
