using Linnet.Audio;

namespace Linnet.Playback.Devices;

/// <summary>The first of some devices that opens.</summary>
/// <param name="name">What was wanted.</param>
/// <param name="advice">What is so if none opens, and what to do about it: a sentence.</param>
/// <param name="candidates">Best first. Owned.</param>
/// <remarks>Opened again after it was gone, it is the first that opens then, and the default output rather than none.</remarks>
internal sealed class FirstDevice(string name, string advice, params IReadOnlyList<IAudioDevice> candidates) : IAudioDevice
{
    private IAudioDevice? _open;

    /// <summary>Taken when the device is gone and none of the candidates opens again. Owned.</summary>
    internal IReadOnlyList<IAudioDevice> Substitutes { get; init; } = [];

    /// <inheritdoc/>
    public string Name => _open?.Name ?? name;

    /// <inheritdoc/>
    public bool HasClock => true;

    /// <inheritdoc/>
    public async ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (IAudioDevice candidate in _open is null ? candidates : candidates.Concat(Substitutes))
        {
            try
            {
                AudioFormat format = await candidate.OpenAsync(wanted, cancellationToken).ConfigureAwait(false);
                _open = candidate;
                return format;
            }
            catch (Exception e) when (e is IOException or DllNotFoundException)
            {
                problems.Add(e.Message.TrimEnd('.'));
            }
        }

        throw new IOException($"{advice} ({string.Join("; ", problems)})");
    }

    /// <inheritdoc/>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken) =>
        (_open ?? throw new InvalidOperationException($"{name} is not open: call {nameof(OpenAsync)}.")).RunAsync(
            callback, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAudioDevice candidate in candidates.Concat(Substitutes))
        {
            await candidate.DisposeAsync().ConfigureAwait(false);
        }
    }
}
