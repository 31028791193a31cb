using Linnet.Audio;

namespace Linnet.Playback.Devices;

/// <summary>
/// Records to a WAV file: 16-bit or 24-bit PCM if the audio has that depth, otherwise float32. The device has no clock, so a lossless
/// stream is recorded bit for bit. The file is playable at any moment, and its header is right however the recording ends. Above 4 GB
/// it becomes an RF64.
/// </summary>
/// <param name="path">The file. An existing one is overwritten.</param>
/// <param name="time">The clock for waiting while there is no audio.</param>
/// <param name="bitDepth">The initial <see cref="BitDepth"/>.</param>
public sealed class WavFileDevice(string path, TimeProvider time, int bitDepth = 0) : IAudioDevice
{
    /// <summary>When a file has reached its size limit (EFBIG), .NET throws an exception for an argument of this name.</summary>
    private const string TooLong = "value";

    private readonly CancellationTokenSource _disposing = new();
    private FileStream? _file;
    private WavStream? _wav;
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public string Name => path;

    /// <summary>Always <see langword="false"/>: a file follows the sender's clock.</summary>
    public bool HasClock => false;

    /// <summary>
    /// Significant bits of the integer PCM to be written: 1–16 are stored in 16, up to 24 in 24, anything else as float32. Read when
    /// the device is opened.
    /// </summary>
    public int BitDepth { get; set; } = bitDepth;

    /// <inheritdoc/>
    public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            throw new InvalidOperationException($"{path} is open already.");
        }

        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            _wav = new WavStream(_file, isFile: true, wanted, BitDepth, time);
            _wav.Begin();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(WritablePath.ProblemOf(path) ?? e.Message, e);
        }

        return ValueTask.FromResult(wanted);
    }

    /// <summary>Throws if the file certainly cannot be written. Does not change an existing file.</summary>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    internal void ThrowIfUnwritable()
    {
        if (WritablePath.ProblemOf(path) is string problem)
        {
            throw Unwritable(problem, null);
        }
    }

    /// <inheritdoc/>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        if (_wav is null)
        {
            throw new InvalidOperationException($"{path} is not open: call {nameof(OpenAsync)}.");
        }

        return _running = RecordAsync(_wav, callback, cancellationToken);
    }

    /// <summary>Ends the recording and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_file is not null)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IOException Unwritable(string problem, Exception? reason) =>
        new($"Cannot write {path}: {problem} Choose another file.", reason);

    private async Task RecordAsync(WavStream wav, AudioCallback callback, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        try
        {
            try
            {
                await wav.RunAsync(callback, stop.Token).ConfigureAwait(false);
            }
            finally
            {
                wav.Finish();
            }
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException { ParamName: TooLong })
        {
            throw new IOException(
                $"Cannot write {path}: {(e is IOException ? e.Message : "it has reached the size limit of the system or the user.")}", e);
        }
    }
}
