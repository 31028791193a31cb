using Linnet.Audio;
using Linnet.Wire.Wav;

namespace Linnet.Playback.Devices;

/// <summary>
/// Asks a callback for sound as fast as it gives it, and writes it as a WAV: into a file, whose header is put right at the end,
/// or into a pipe, whose header says that nobody knows the length. Integer PCM of up to 24 bits comes out bit for bit.
/// </summary>
/// <param name="stream">Where the WAV goes. Owned by the caller.</param>
/// <param name="isFile">Whether it is all of a file, so that its beginning can be written again.</param>
/// <param name="format">What the callback gives.</param>
/// <param name="bitDepth">Significant bits of the integer PCM that it is: 1–16 are stored in 16, up to 24 in 24, anything else as
/// float32.</param>
/// <param name="time">Waits while nothing can be told yet.</param>
internal sealed class WavStream(Stream stream, bool isFile, AudioFormat format, int bitDepth, TimeProvider time)
{
    private const int MaxFramesPerCall = 4096;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly RawPcmFormat _stored = new(EncodingFor(bitDepth), format);
    private readonly float[] _pcm = new float[MaxFramesPerCall * format.Channels];
    private readonly byte[] _bytes = new byte[MaxFramesPerCall * format.Channels * EncodingFor(bitDepth).BytesPerSample];
    private long _dataLength;

    /// <summary>
    /// Writes the header. It says "until the stream ends" for a file too, until <see cref="Finish"/> knows better:
    /// what is on the disk plays at any moment, whatever becomes of this process.
    /// </summary>
    public void Begin()
    {
        WriteHeader(dataLength: null);
        stream.Flush();
    }

    /// <summary>Writes what the callback gives until it says that this was all.</summary>
    public async Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int frames = callback(_pcm, time.GetTimestamp());
            if (frames == AudioDevice.End)
            {
                return;
            }

            if (frames == 0)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            int length = PcmConvert.FromFloat(_stored.Encoding, _pcm.AsSpan(0, frames * format.Channels), _bytes);
            await WriteAsync(_bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            _dataLength += length;
        }
    }

    /// <summary>Puts the header of a file right, and ends the file after the last whole frame, however the writing ended.</summary>
    public void Finish()
    {
        if (isFile)
        {
            // A write that failed half-way may have left part of a frame behind the last whole one.
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
        // A file's write ends by itself and must be whole. A pipe's may wait for ever for a reader: then it is left behind.
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
