using Linnet.Audio;

namespace Linnet.Playback.Devices;

/// <summary>Uses the first of several devices that opens.</summary>
/// <param name="name">The requested name.</param>
/// <param name="advice">The error if none opens: a sentence with the problem and the remedy.</param>
/// <param name="candidates">The devices to try, best first. Owned.</param>
/// <remarks>When reopened after a device has disappeared, it tries them all again, and the default output as a last resort.</remarks>
internal sealed class FirstDevice(string name, string advice, params IReadOnlyList<IAudioDevice> candidates) : IAudioDevice
{
    private IAudioDevice? _open;

    /// <summary>Devices to try if the device has disappeared and no candidate opens again. Owned.</summary>
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
