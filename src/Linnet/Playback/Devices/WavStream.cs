using Linnet.Audio;
using Linnet.Wire.Wav;

namespace Linnet.Playback.Devices;

/// <summary>
/// Pulls audio from a callback as fast as possible and writes it as a WAV: to a file, whose header is corrected at the end, or to a
/// pipe, whose header states an unknown length. Integer PCM of up to 24 bits is written bit for bit.
/// </summary>
/// <param name="stream">Receives the WAV. Owned by the caller.</param>
/// <param name="isFile">Whether the stream is a whole file, so that its header can be rewritten.</param>
/// <param name="format">The callback's format.</param>
/// <param name="bitDepth">Significant bits of the integer PCM to be written: 1–16 are stored in 16, up to 24 in 24, anything else as
/// float32.</param>
/// <param name="time">The clock for waiting while there is no audio.</param>
internal sealed class WavStream(Stream stream, bool isFile, AudioFormat format, int bitDepth, TimeProvider time)
{
    private const int MaxFramesPerCall = 4096;

    private readonly RawPcmFormat _stored = new(EncodingFor(bitDepth), format);
    private readonly float[] _pcm = new float[MaxFramesPerCall * format.Channels];
    private readonly byte[] _bytes = new byte[MaxFramesPerCall * format.Channels * EncodingFor(bitDepth).BytesPerSample];
    private long _dataLength;

    /// <summary>
    /// Writes the header. Until <see cref="Finish"/> corrects it, even a file's header says "until the end of the stream". So the file
    /// is playable at any moment, even if this process dies.
    /// </summary>
    public void Begin()
    {
        WriteHeader(dataLength: null);
        stream.Flush();
    }

    /// <summary>Writes the callback's audio until the callback reports the end.</summary>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken) => ClocklessLoop.RunAsync(
        callback,
        _pcm,
        async frames =>
        {
            int length = PcmConvert.FromFloat(_stored.Encoding, _pcm.AsSpan(0, frames * format.Channels), _bytes);
            await WriteAsync(_bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            _dataLength += length;
        },
        time,
        cancellationToken);

    /// <summary>Corrects the header of a file and cuts the file after the last whole frame, however the writing ended.</summary>
    public void Finish()
    {
        if (isFile)
        {
            // A failed write may have left part of a frame after the last whole one.
            stream.SetLength(Header(_dataLength).Length + _dataLength + (_dataLength & 1));
            stream.Position = 0;
            WriteHeader(_dataLength);
        }

        stream.Flush();
    }

    private void WriteHeader(long? dataLength)
    {
        WavHeader header = Header(dataLength);
        Span<byte> bytes = stackalloc byte[header.Length];
        header.Write(bytes);
        stream.Write(bytes);
    }

    private WavHeader Header(long? dataLength) => new(_stored, dataLength);

    private Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // A write to a file ends by itself and must complete. A write to a pipe may wait for a reader forever, so it can be abandoned.
        if (isFile)
        {
            stream.Write(bytes.Span);
            return Task.CompletedTask;
        }

        ValueTask writing = stream.WriteAsync(bytes, CancellationToken.None);
        return writing.IsCompletedSuccessfully ? Task.CompletedTask : writing.AsTask().WaitAsync(cancellationToken);
    }

    private static SampleEncoding EncodingFor(int bitDepth) => bitDepth switch
    {
        >= 1 and <= 16 => SampleEncoding.S16LE,
        > 16 and <= 24 => SampleEncoding.S24LE,
        _ => SampleEncoding.F32LE,
    };
}
