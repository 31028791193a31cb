namespace Linnet.Receive;

/// <summary>Why audio was filled in.</summary>
internal enum FillReason
{
    /// <summary>A packet was lost, late or corrupt.</summary>
    Loss,

    /// <summary>A packet was lost, but the next one contains its audio too.</summary>
    Recovered,

    /// <summary>The sender paused.</summary>
    Pause,

    /// <summary>Nothing has played yet, so nothing is missing.</summary>
    LeadIn,

    /// <summary>The buffer was empty. The next packet will show why.</summary>
    Unknown,
}

/// <summary>Counts audio that was filled in, and separates missing audio from audio that was never sent.</summary>
/// <remarks>Written by the playing thread, read by any.</remarks>
internal sealed class FillCounts
{
    private long _concealed;
    private long _recovered;
    private long _paused;
    private long _unknown;
    private long _underruns;
    private long _corrupt;
    private long _late;

    /// <summary>Frames concealed because packets were lost, late or corrupt.</summary>
    internal long ConcealedFrames => Volatile.Read(ref _concealed);

    /// <summary>Frames of lost packets that the next packets contained too.</summary>
    internal long RecoveredFrames => Volatile.Read(ref _recovered);

    /// <summary>Frames filled in because the sender paused.</summary>
    internal long PausedFrames => Volatile.Read(ref _paused);

    /// <summary>How often the buffer ran empty while the sender was sending.</summary>
    internal long Underruns => Volatile.Read(ref _underruns);

    /// <summary>Packets whose payload could not be decoded.</summary>
    internal long CorruptPackets => Volatile.Read(ref _corrupt);

    /// <summary>Packets that were in the buffer, but only after their audio had been concealed.</summary>
    internal long LatePackets => Volatile.Read(ref _late);

    internal void OnFilled(int frames, FillReason reason)
    {
        switch (reason)
        {
            case FillReason.Loss:
                Volatile.Write(ref _concealed, _concealed + frames);
                break;
            case FillReason.Recovered:
                Volatile.Write(ref _recovered, _recovered + frames);
                break;
            case FillReason.Pause:
                Volatile.Write(ref _paused, _paused + frames);
                break;
            case FillReason.Unknown:
                _unknown += frames;
                break;
            default:
                break;
        }
    }

    /// <summary>Call when audio arrives after the buffer was empty: the cause, and how many frames too late.</summary>
    internal void OnSupplied(bool isLoss, long overdue)
    {
        if (_unknown == 0)
        {
            return;
        }

        long missing = isLoss ? _unknown : Math.Min(_unknown, overdue);
        Volatile.Write(ref _concealed, _concealed + missing);
        Volatile.Write(ref _paused, _paused + _unknown - missing);
        Volatile.Write(ref _underruns, _underruns + (overdue > 0 ? 1 : 0));
        _unknown = 0;
    }

    /// <summary>Call when playback moves elsewhere. The gap then counts as a pause.</summary>
    internal void OnMove() => OnSupplied(isLoss: false, overdue: 0);

    internal void OnCorrupt(bool isCounted) => Volatile.Write(ref _corrupt, _corrupt + (isCounted ? 1 : 0));

    internal void OnLate(int frames) => Volatile.Write(ref _late, _late + (frames > 0 ? 1 : 0));
}
