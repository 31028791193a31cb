using System.IO.Compression;
using Linnet.Broadcast;
using Linnet.Broadcast.Segments;

namespace Linnet.Transports.Http.Hls;

/// <summary>A rendition that is served over HLS now. It runs while clients request it.</summary>
/// <param name="log">Its segments.</param>
/// <param name="lease">Keeps the rendition running.</param>
/// <param name="times">The length of segments.</param>
/// <param name="size">The memory that was reserved for its segments, in bytes.</param>
internal sealed class HlsStream(SegmentLog log, RingLease lease, SegmentTimes times, long size)
{
    private readonly Lock _writing = new();
    private Playlist? _playlist;
    private long _askedAt = log.StartedAt;

    /// <summary>Its segments.</summary>
    internal SegmentLog Log => log;

    /// <summary>Keeps the rendition running.</summary>
    internal RingLease Lease => lease;

    /// <summary>The memory that was reserved for its segments, in bytes.</summary>
    internal long Size => size;

    /// <summary>When its playlist was last requested, in ticks.</summary>
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
        // All who wait for a segment ask at once.
        lock (_writing)
        {
            if (!ReferenceEquals(_playlist?.Window, window))
            {
                _playlist = Write(window);
            }

            return isCompressed ? _playlist!.Compressed : _playlist!.Text;
        }
    }

    private Playlist Write(SegmentWindow window)
    {
        byte[] text = HlsPlaylists.Media(log.Ring.Info, window, times);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return new Playlist(window, text, compressed.ToArray());
    }

    private sealed record Playlist(SegmentWindow Window, byte[] Text, byte[] Compressed);
}
