using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Transports.Rtp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports;

/// <summary>One station as it is heard from a server, which is connected: what comes is settled, and can be asked for once.</summary>
internal interface IStationReceiver : IAsyncDisposable
{
    /// <summary>How the sound is encoded.</summary>
    PayloadFormat Payload { get; }

    /// <summary>The RTP payload type of its packets.</summary>
    byte PayloadType { get; }

    /// <summary>What the server calls it, if anything.</summary>
    string? Title { get; }

    /// <summary>Significant bits of the sound if it was integer PCM, else 0.</summary>
    int BitDepth { get; }

    /// <summary>How the sound comes; may change while it runs.</summary>
    StationTransport Transport { get; }

    /// <summary>
    /// Whether the sound comes over a connection, or may later, on which much that was queued arrives at once, with what follows it.
    /// </summary>
    bool MayComeQueued => false;

    /// <summary>The most sound that it may deliver before it is due, beside what the delay needs.</summary>
    TimeSpan MostAhead => TimeSpan.FromSeconds(1);

    /// <summary>What is missing and waited for while it runs, as a sentence for people; <see langword="null"/>: nothing.</summary>
    string? Awaits => null;

    /// <summary>Whether the server numbers its sound, so that what is missing shows in the numbers.</summary>
    bool HasPositions => true;

    /// <summary>How losses of its packets are repaired.</summary>
    RepairOffer Repair => RepairOffer.None;

    /// <summary>Makes a decoder for its packets; the caller's to dispose.</summary>
    /// <exception cref="TransportException">There is none.</exception>
    IAudioDecoder CreateDecoder();

    /// <summary>Hears until the station has ended, until it is lost, or until cancelled.</summary>
    /// <param name="sink">Where everything goes.</param>
    /// <param name="cancellationToken">Ends it; the server is told, if it can be.</param>
    /// <exception cref="TransportException">The server is gone, or refuses to go on.</exception>
    Task RunAsync(IRtpSink sink, CancellationToken cancellationToken);
}
