namespace Linnet.Transports.Rtsp;

/// <summary>
/// Remembers which of several audio sections of a description to play: each is tried once until one gives audio. Kept across connections.
/// </summary>
internal sealed class AudioSections
{
    private int _index;
    private int _silent;
    private bool _isSettled;

    /// <summary>The index of the section to set up, of <paramref name="count"/> sections, best first.</summary>
    internal int ChooseOf(int count) => count == 0 ? 0 : Volatile.Read(ref _index) % count;

    /// <summary>Whether to try the next section if the current one stays silent.</summary>
    internal bool MayGoOn(int count) => count > 1 && !Volatile.Read(ref _isSettled) && _silent < count;

    /// <summary>Call when the current section gives audio: it is kept from now on, however long it is silent later.</summary>
    internal void OnSound() => Volatile.Write(ref _isSettled, true);

    /// <summary>
    /// Call when the current section gives no audio. After the last one the first is kept: perhaps it is only silent for now.
    /// </summary>
    internal void OnSilence()
    {
        _silent++;
        Volatile.Write(ref _index, _index + 1);
    }
}
