using System.Net.Sockets;
using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Pcm;
using Linnet.Codecs.Streams;
using Linnet.Receive;
using Linnet.Transports.Rtp;
using Linnet.Wire.Icy;
using Linnet.Wire.Messages;

namespace Linnet.Transports.Http.Pull;

/// <summary>Receives one stream over HTTP: decodes it, and gives the receiver PCM, numbered and timed as it arrives.</summary>
/// <remarks>
/// A server sends some seconds at once when a listener connects, and then in real time. Play-out starts once the profile's longest
/// delay has arrived; audio beyond that stays as a reserve, up to <see cref="MostAhead"/>. An empty reserve is filled
/// again before play-out continues. The server's clock is estimated from arrival times (<see cref="StreamPace"/>).
/// </remarks>
internal sealed class HttpReceiver : IStationReceiver
{
    private static readonly string[] RadioHeaders = ["icy-name", "icy-br", "icy-metaint", "ice-audio-info"];

    // Names in Server. These servers send a length with every file, so that what has none is a live stream.
    private static readonly string[] RadioServers = ["Icecast", "SHOUTcast"];

    private readonly StationRequest _request;
    private readonly HttpStream _stream;
    private readonly PlayedTarget _target;
    private readonly TimeProvider _time;
    private readonly Random _random;

    private HttpReceiver(StationRequest request, HttpStream stream, PlayedTarget target, TimeProvider time, Random random)
    {
        _request = request;
        _stream = stream;
        _target = target;
        _time = time;
        _random = random;
        AudioFormat pcm = target.First.Pcm;
        Payload = new PayloadFormat(NameOf(target.First, stream.Answer.ContentType), pcm.SampleRate, pcm.Channels);
        Title = IceDescription.Read(stream.Answer.Headers).Name;
    }

    /// <summary>How the stream is encoded. The packets hold what it decodes to.</summary>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public byte PayloadType => UntimedStream.PayloadType;

    /// <inheritdoc/>
    public int BitDepth => _target.First.BitDepth;

    /// <inheritdoc/>
    public string? Title { get; }

    /// <inheritdoc/>
    public StationTransport Transport => StationTransport.Http;

    /// <summary>A stream has no numbers: they are given on arrival.</summary>
    public bool HasPositions => false;

    /// <summary>More than servers send at once when a listener connects: Icecast 64 KiB, which is 4 s at 128 kb/s.</summary>
    public TimeSpan MostAhead => TimeSpan.FromSeconds(10);

    /// <summary>Connects, and reads until the first sound has come.</summary>
    /// <param name="search">Finds the stream.</param>
    /// <param name="request">How to receive it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Provides the initial numbers of a stream.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="TransportException">There is no audio.</exception>
    internal static async Task<HttpReceiver> ConnectAsync(
        StreamSearch search, StationRequest request, TimeProvider time, Random random, CancellationToken cancellationToken)
    {
        PlayedTarget? target = null;
        try
        {
            HttpStream stream = await search.OpenAsync((_, _) => target = new PlayedTarget(), cancellationToken).ConfigureAwait(false);
            return new HttpReceiver(request, stream, target!, time, random);
        }
        catch (Exception e) when (e is IOException or SocketException && !cancellationToken.IsCancellationRequested)
        {
            throw HttpPullException.ToConnect(request.Address, e);
        }
    }

    /// <inheritdoc/>
    public IAudioDecoder CreateDecoder() => new RawPcmDecoder(_target.Raw);

    /// <inheritdoc/>
    public async Task RunAsync(IRtpSink sink, CancellationToken cancellationToken)
    {
        var packets = new UntimedStream(_target.Raw, _request.LeastDelay, sink, _time, _random)
        {
            Stock = _request.MostDelay,
            MostLead = MostAhead + UntimedStream.PaceKnown,
        };
        _target.Attach(packets, sink.OnTrack);
        string end;
        try
        {
            await _target.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            end = await _stream.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (!cancellationToken.IsCancellationRequested)
        {
            await _target.CompleteAsync(cancellationToken).ConfigureAwait(false);
            throw e as TransportException
                ?? new TransportException($"{PullAddress.Shown(_stream.From)} is gone: the connection broke off.", e);
        }

        await _target.CompleteAsync(cancellationToken).ConfigureAwait(false);
        if (!IsProgrammeOver(packets.IsPaced))
        {
            throw new TransportException(_stream.HasEnded
                ? $"{PullAddress.Shown(_stream.From)} closed the connection without signalling the end." : end);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _stream.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Whether an orderly end is the end of the programme. It is for a file, and where the server says so. Otherwise a radio server may
    /// have stopped, or its source may have disconnected: both may come back. If asked again, a Linnet server says whether the station has
    /// ended (410).
    /// </summary>
    private bool IsProgrammeOver(bool isPaced)
    {
        MessageHeaders headers = _stream.Answer.Headers;
        return _stream.HasEnded
            && (_stream.Answer.HasLength
                || _stream.Answer.TellsEnd
                || !(isPaced || IsRadio(headers)));
    }

    private static bool IsRadio(MessageHeaders headers) =>
        Array.Exists(RadioHeaders, name => headers[name] is not null)
        || Array.Exists(RadioServers, name => headers["Server"]?.StartsWith(name, StringComparison.OrdinalIgnoreCase) == true);

    private static string NameOf(StreamFormat format, string? contentType) =>
        format.Codec is StreamCodec.Other && contentType?.Contains("aac", StringComparison.OrdinalIgnoreCase) == true ? "AAC"
            : format.Name();
}
