using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Transports.Rtp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports;

/// <summary>One station of a connected server. Its format is agreed; <see cref="RunAsync"/> may be called once.</summary>
internal interface IStationReceiver : IAsyncDisposable
{
    /// <summary>How the audio is encoded.</summary>
    PayloadFormat Payload { get; }

    /// <summary>The RTP payload type of its packets.</summary>
    byte PayloadType { get; }

    /// <summary>The server's title for it; <see langword="null"/>: none.</summary>
    string? Title { get; }

    /// <summary>Significant bits of the audio if it was integer PCM, else 0.</summary>
    int BitDepth { get; }

    /// <summary>How the audio arrives; may change while it runs.</summary>
    StationTransport Transport { get; }

    /// <summary>
    /// Whether the audio arrives, now or later, over a connection on which much queued audio can arrive at once.
    /// </summary>
    bool MayComeQueued => false;

    /// <summary>The most audio that it may deliver ahead of time, in addition to the delay.</summary>
    TimeSpan MostAhead => TimeSpan.FromSeconds(1);

    /// <summary>What it is waiting for while it runs, as a sentence for the user; <see langword="null"/>: nothing.</summary>
    string? Awaits => null;

    /// <summary>Whether the server numbers its audio, so that gaps show losses.</summary>
    bool HasPositions => true;

    /// <summary>How losses of its packets are repaired.</summary>
    RepairOffer Repair => RepairOffer.None;

    /// <summary>Makes a decoder for its packets; the caller's to dispose.</summary>
    /// <exception cref="TransportException">There is no decoder for them.</exception>
    IAudioDecoder CreateDecoder();

    /// <summary>Receives until the station ends, the connection is lost, or the call is cancelled.</summary>
    /// <param name="sink">Receives the audio and its events.</param>
    /// <param name="cancellationToken">Stops it; tells the server, if possible.</param>
    /// <exception cref="TransportException">The server is gone, or refuses to go on.</exception>
    Task RunAsync(IRtpSink sink, CancellationToken cancellationToken);
}
