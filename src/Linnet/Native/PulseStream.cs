using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>A float32 stream to or from a PulseAudio server, which converts it for the device.</summary>
internal sealed unsafe class PulseStream : IDisposable
{
    // pa_channel_position: front left 1, right 2, centre 3; rear centre 4, left 5, right 6; LFE 7; side left 10, right 11.
    private static readonly byte[][] WavOrder =
    [
        [0], [1, 2], [1, 2, 3], [1, 2, 5, 6], [1, 2, 3, 5, 6], [1, 2, 3, 7, 5, 6], [1, 2, 3, 7, 5, 6, 4], [1, 2, 3, 7, 5, 6, 10, 11],
    ];

    private readonly PulseConnection _connection;
    private nint _stream;
    private uint _deviceIndex = Pulse.Unset;

    /// <summary>Creates a stream that is not connected to a device yet. The connection outlives it.</summary>
    internal PulseStream(PulseConnection connection, int sampleRate, int channels)
    {
        _connection = connection;
        FrameLength = channels * sizeof(float);
        var spec = new Pulse.SampleSpec { Format = Pulse.SampleFloat32LE, Rate = (uint)sampleRate, Channels = (byte)channels };
        var map = new Pulse.ChannelMap { Channels = (byte)channels };
        for (int i = 0; i < channels; i++)
        {
            map.Map[i] = WavOrder[channels - 1][i];
        }

        _stream = Pulse.StreamNew(connection.Context, "Linnet", &spec, &map);
        if (_stream == 0)
        {
            throw new IOException($"The sound server does not accept {sampleRate} Hz with {channels} channels: {connection.LastError}.");
        }
    }

    /// <summary>Bytes of one frame.</summary>
    internal int FrameLength { get; }

    /// <summary>The device that the server has chosen. Any thread may read it.</summary>
    internal string DeviceName { get; private set; } = "";

    /// <summary>Whether the device is playing, so that the latency is valid.</summary>
    internal bool IsHeard
    {
        get
        {
            Pulse.TimingInfo* timing = Pulse.StreamGetTimingInfo(_stream);
            return timing != null && timing->Playing != 0 && timing->ReadIndexCorrupt == 0 && timing->ReadIndex > 0;
        }
    }

    /// <summary>Whether the device is suspended, so that nothing is played or recorded.</summary>
    internal bool IsSuspended => Pulse.StreamIsSuspended(_stream) > 0;

    /// <summary>Position of the last underflow, in bytes from the start; −1 if there was none.</summary>
    internal long UnderflowIndex => Pulse.StreamGetUnderflowIndex(_stream);

    /// <summary>Number of frames that the server can take now.</summary>
    internal int WritableFrames => FramesOf(Pulse.StreamWritableSize(_stream));

    /// <summary>Connects to a sink, paused until <see cref="Start"/>.</summary>
    /// <param name="sink">Name of the sink; <see langword="null"/> for the default one.</param>
    /// <param name="bufferFrames">Requested latency in frames, including the device's own if possible.</param>
    /// <param name="requestFrames">Frames that the server should request at a time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal void ConnectPlayback(string? sink, int bufferFrames, int requestFrames, CancellationToken cancellationToken)
    {
        var attributes = new Pulse.BufferAttributes
        {
            MaxLength = Pulse.Unset,
            TargetLength = (uint)(bufferFrames * FrameLength),
            Prebuffer = Pulse.Unset,
            MinRequest = (uint)(requestFrames * FrameLength),
            FragmentSize = Pulse.Unset,
        };
        const Pulse.StreamFlags Flags = Pulse.StreamFlags.StartCorked | Pulse.StreamFlags.InterpolateTiming
            | Pulse.StreamFlags.AutoTimingUpdate | Pulse.StreamFlags.AdjustLatency;
        WaitUntilReady(Pulse.StreamConnectPlayback(_stream, sink, &attributes, Flags, 0, 0), sink, cancellationToken);
    }

    /// <summary>Connects to a source, paused until <see cref="Start"/>.</summary>
    /// <param name="source">Name of the source; <see langword="null"/> for the default one.</param>
    /// <param name="fragmentFrames">Frames that the server should deliver at a time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal void ConnectRecord(string? source, int fragmentFrames, CancellationToken cancellationToken)
    {
        var attributes = new Pulse.BufferAttributes
        {
            MaxLength = Pulse.Unset,
            TargetLength = Pulse.Unset,
            Prebuffer = Pulse.Unset,
            MinRequest = Pulse.Unset,
            FragmentSize = (uint)(fragmentFrames * FrameLength),
        };
        const Pulse.StreamFlags Flags = Pulse.StreamFlags.StartCorked | Pulse.StreamFlags.AdjustLatency;
        WaitUntilReady(Pulse.StreamConnectRecord(_stream, source, &attributes, Flags), source, cancellationToken);
    }

    /// <summary>Starts the stream.</summary>
    internal void Start(CancellationToken cancellationToken) => _connection.Complete(Pulse.StreamCork(_stream, 0, 0, 0), cancellationToken);

    /// <summary>Waits until everything written has been played.</summary>
    internal void Drain(TimeSpan atMost, CancellationToken cancellationToken) =>
        _connection.Complete(Pulse.StreamDrain(_stream, 0, 0), cancellationToken, atMost);

    /// <summary>Returns if the stream has a device; the server may have moved it to another one.</summary>
    /// <exception cref="IOException">The stream has no device any more.</exception>
    internal void ThrowIfGone()
    {
        if (Pulse.StreamGetState(_stream) != Pulse.StreamReady)
        {
            throw new IOException($"The sound device {DeviceName} is gone ({_connection.LastError}).");
        }

        FollowDevice();
    }

    /// <summary>
    /// The time until the next written frame will be played; <see langword="false"/> while the server has not reported it.
    /// </summary>
    internal bool TryGetLatency(out TimeSpan latency)
    {
        ulong microseconds;
        int isNegative;
        bool known = Pulse.StreamGetLatency(_stream, &microseconds, &isNegative) == 0;
        latency = known && isNegative == 0 ? TimeSpan.FromMicroseconds(microseconds) : TimeSpan.Zero;
        return known;
    }

    /// <summary>
    /// Gets room for at most <paramref name="frames"/> frames in the server's memory. Fill it and pass it to <see cref="Write"/>.
    /// </summary>
    internal Span<float> BeginWrite(int frames)
    {
        void* data;
        nuint length = (nuint)(frames * FrameLength);
        if (Pulse.StreamBeginWrite(_stream, &data, &length) < 0)
        {
            throw new IOException($"The sound device {DeviceName} accepts no more audio ({_connection.LastError}).");
        }

        int samples = FramesOf(length) * FrameLength / sizeof(float);
        return new Span<float>(data, Math.Min(samples, frames * FrameLength / sizeof(float)));
    }

    /// <summary>Writes the first <paramref name="frames"/> frames of the room from <see cref="BeginWrite"/>.</summary>
    internal void Write(Span<float> lent, int frames)
    {
        if (frames == 0)
        {
            _ = Pulse.StreamCancelWrite(_stream);
            return;
        }

        int result;
        fixed (float* data = lent)
        {
            result = Pulse.StreamWrite(_stream, data, (nuint)(frames * FrameLength), 0, 0, 0);
        }

        if (result < 0)
        {
            throw new IOException($"The sound device {DeviceName} accepts no more audio ({_connection.LastError}).");
        }
    }

    /// <summary>Gets recorded frames without removing them; valid until <see cref="Drop"/>.</summary>
    /// <param name="pcm">The samples; empty if the server lost some.</param>
    /// <returns>Number of frames, including lost ones; 0 if there are none yet.</returns>
    internal int Peek(out ReadOnlySpan<float> pcm)
    {
        void* data;
        nuint length;
        if (Pulse.StreamPeek(_stream, &data, &length) < 0)
        {
            throw new IOException($"The sound device {DeviceName} sends no more audio ({_connection.LastError}).");
        }

        pcm = data == null ? [] : new ReadOnlySpan<float>(data, (int)length / sizeof(float));
        return FramesOf(length);
    }

    /// <summary>Removes the frames from <see cref="Peek"/>.</summary>
    internal void Drop() => _ = Pulse.StreamDrop(_stream);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stream == 0)
        {
            return;
        }

        _ = Pulse.StreamDisconnect(_stream);
        Pulse.StreamUnref(_stream);
        _stream = 0;
    }

    private void WaitUntilReady(int result, string? device, CancellationToken cancellationToken)
    {
        if (result >= 0)
        {
            _connection.WaitUntil(_ => Pulse.StreamGetState(_stream) >= Pulse.StreamReady, cancellationToken);
            if (Pulse.StreamGetState(_stream) == Pulse.StreamReady)
            {
                FollowDevice();
                return;
            }
        }

        string what = device is null ? "a default sound device" : $"the sound device '{device}'";
        throw new IOException(_connection.LastErrorNumber == Pulse.ErrorNoEntity
            ? $"The sound server does not have {what}."
            : $"The sound server cannot open {what} ({_connection.LastError}).");
    }

    private void FollowDevice()
    {
        uint index = Pulse.StreamGetDeviceIndex(_stream);
        if (index != _deviceIndex)
        {
            _deviceIndex = index;
            DeviceName = Marshal.PtrToStringUTF8((nint)Pulse.StreamGetDeviceName(_stream)) ?? DeviceName;
        }
    }

    private int FramesOf(nuint length) => length == nuint.MaxValue ? 0 : (int)length / FrameLength;
}
