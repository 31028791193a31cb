using Linnet.Audio;
using Linnet.Playback;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Transports;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving.Pulls;

/// <summary>Creates stations whose sound comes from remote senders.</summary>
public static class IngestStations
{
    /// <summary>Creates a station that receives pushes, or that fetches another server's sound.</summary>
    /// <param name="spec">The source; its <see cref="SourceSpec.IsFed"/> is true.</param>
    /// <param name="options">Name and encodings of the station.</param>
    /// <param name="fallback">The sound while there is no sender; the station owns it from now on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told what happens.</param>
    /// <param name="trust">
    /// The certificates that are accepted from the other server over TLS; <see langword="null"/>: those that this system trusts.
    /// </param>
    public static IngestStation Open(
        SourceSpec spec, StationOptions options, IAudioSource? fallback, TimeProvider time, ILogger logger, ServerTrust? trust = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        if (spec.Kind is SourceKind.Push)
        {
            return new IngestStation(options, spec.Format, fallback);
        }

        if (spec.Kind is not SourceKind.Pull || !Uri.TryCreate(spec.Location, UriKind.Absolute, out Uri? address)
            || !ListenScheme.TryFind(address, out ListenScheme? scheme))
        {
            throw new ArgumentException($"{spec.Kind} is not sent by others.", nameof(spec));
        }

        return scheme.IsStream
            ? new IngestStation(options, spec.Format, fallback) { Pull = new HttpPull(address, time, logger, trust: trust).RunAsync }
            : new IngestStation(options, spec.Format, fallback, new IngestOptions { Target = RtspPull.Target })
            {
                Pull = new RtspPull(address, time, logger, trust).RunAsync,
            };
    }
}
