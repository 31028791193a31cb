using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Transports.Rtp;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>The common part of receiving over TCP and UDP.</summary>
internal abstract class PyAudioReceiver : IStationReceiver
{
    /// <summary>Empty messages or datagrams in a row that are the end of the file: the tutorial's server sends them for ever.</summary>
    protected const int EmptyInARow = 3;

    private readonly RawPcmFormat _format;

    /// <param name="options">What to hear.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Provides the initial numbers of a stream.</param>
    protected PyAudioReceiver(PyAudioReceiverOptions options, TimeProvider time, Random random)
    {
        Options = options;
        Time = time;
        Random = random;
        _format = options.Format;
        AudioFormat format = _format.Format;
        Payload = new PayloadFormat(_format.Encoding.Name, format.SampleRate, format.Channels);
    }

    /// <inheritdoc/>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public byte PayloadType => UntimedStream.PayloadType;

    /// <summary>The wire has no place for one.</summary>
    public string? Title => null;

    /// <inheritdoc/>
    public int BitDepth => _format.Encoding.BitDepth;

    /// <inheritdoc/>
    public abstract StationTransport Transport { get; }

    /// <inheritdoc/>
    public virtual bool MayComeQueued => false;

    /// <summary>The wire has no place for numbers either: they are given on arrival.</summary>
    public bool HasPositions => false;

    /// <summary>What to hear.</summary>
    protected PyAudioReceiverOptions Options { get; }

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; }

    /// <summary>Provides the initial numbers of a stream.</summary>
    protected Random Random { get; }

    /// <summary>Connects.</summary>
    /// <exception cref="PyAudioException">The server is not there, or sends nothing.</exception>
    internal static async Task<IStationReceiver> ConnectAsync(
        PyAudioReceiverOptions options, TimeProvider time, Random random, ILogger logger, CancellationToken cancellationToken)
    {
        options.ThrowIfInvalid();
        return options.Address.IsTcp
            ? await PyAudioTcpReceiver.OpenAsync(options, time, random, logger, cancellationToken).ConfigureAwait(false)
            : await PyAudioUdpReceiver.OpenAsync(options, time, random, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAudioDecoder CreateDecoder() => new RawPcmDecoder(_format);

    /// <inheritdoc/>
    public abstract Task RunAsync(IRtpSink sink, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>The way of the sound into <paramref name="sink"/>.</summary>
    protected UntimedStream StreamTo(IRtpSink sink) => new(_format, Options.Tolerance, sink, Time, Random);
}
