namespace Linnet.Transports.Rtsp;

/// <summary>
/// Remembers which audio section of a description is heard, where there are several: each is tried once until one gives sound. Kept from
/// one connection to the next.
/// </summary>
internal sealed class AudioSections
{
    private int _index;
    private int _silent;
    private bool _isSettled;

    /// <summary>Of <paramref name="count"/> sections, best first, the one to set up.</summary>
    internal int ChooseOf(int count) => count == 0 ? 0 : Volatile.Read(ref _index) % count;

    /// <summary>Whether silence of the one that is set up means to try the next.</summary>
    internal bool MayGoOn(int count) => count > 1 && !Volatile.Read(ref _isSettled) && _silent < count;

    /// <summary>It gives sound: it is the right one from now on, however long it is silent later.</summary>
    internal void OnSound() => Volatile.Write(ref _isSettled, true);

    /// <summary>It gives none. After the last the first is waited for: perhaps nobody speaks yet.</summary>
    internal void OnSilence()
    {
        _silent++;
        Volatile.Write(ref _index, _index + 1);
    }
}
