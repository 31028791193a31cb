using System.Buffers;
using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Transports.Rtp;

namespace Linnet.Transports.Http.Pull;

/// <summary>
/// Passes the audio of a stream to a player, as PCM in the stream's first format. It keeps the audio until a player is attached, and then
/// passes it on when the player has room. Used by one thread at a time.
/// </summary>
internal sealed class PlayedTarget : IStreamTarget
{
    /// <summary>The most samples that a few bytes may become before there is a player, or while it has no room: 16 MiB.</summary>
    internal const int MaxSamples = 1 << 22;

    private readonly ArrayBufferWriter<byte> _waiting = new();
    private StreamFormat? _format;
    private StreamFormat? _first;
    private StreamConversion? _conversion;
    private UntimedStream? _packets;
    private Action<string>? _onTrack;
    private string? _track;

    /// <inheritdoc/>
    public StreamFormat? Format => _format;

    /// <summary>The format of the first sound: everything is given in its PCM. There is one.</summary>
    internal StreamFormat First => _first!;

    /// <summary>Always: a player that wants no more cancels.</summary>
    public bool IsCurrent => true;

    /// <inheritdoc/>
    public bool HasOverflowed { get; private set; }

    /// <summary>The format of the bytes that a player gets.</summary>
    internal RawPcmFormat Raw => new(SampleEncoding.F32LE, First.Pcm);

    /// <summary>Attaches a player: from now on, sound and titles go to it.</summary>
    internal void Attach(UntimedStream packets, Action<string> onTrack)
    {
        _packets = packets;
        _onTrack = onTrack;
        if (_track is not null)
        {
            onTrack(_track);
        }
    }

    /// <inheritdoc/>
    public void OnFormat(StreamFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        StreamFormat? before = _format;
        _format = format;
        _first ??= format;
        if (before?.Pcm != format.Pcm)
        {
            _conversion?.Flush();
            _conversion = new StreamConversion(format.Pcm, First.Pcm, Keep);
        }
    }

    /// <inheritdoc/>
    public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm) => _conversion?.Write(pcm);

    /// <inheritdoc/>
    public void OnTrack(TrackInfo track)
    {
        ArgumentNullException.ThrowIfNull(track);
        _track = track.ToString();
        _onTrack?.Invoke(_track);
    }

    /// <summary>Gives the player what waits, as it has room. Without a player it waits on.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) =>
        _packets is null || _waiting.WrittenCount == 0 ? Task.CompletedTask : GiveAsync(_packets, cancellationToken);

    /// <summary>Gives the player all that is left.</summary>
    internal async Task CompleteAsync(CancellationToken cancellationToken)
    {
        _conversion?.Flush();
        _conversion = null;
        await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
        _packets?.Complete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private async Task GiveAsync(UntimedStream packets, CancellationToken cancellationToken)
    {
        await packets.AddWithRoomAsync(_waiting.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _waiting.ResetWrittenCount();
    }

    private bool Keep(ReadOnlySpan<float> pcm)
    {
        HasOverflowed |= (_waiting.WrittenCount / sizeof(float)) + pcm.Length > MaxSamples;
        if (!HasOverflowed)
        {
            _waiting.Write(MemoryMarshal.AsBytes(pcm));
        }

        return !HasOverflowed;
    }
}
