using Linnet.Audio;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>What to hear, and how patient to be.</summary>
internal sealed record PyAudioReceiverOptions : IValidatable
{
    /// <summary>The tutorial's programs assume it, since nothing on the wire says it.</summary>
    public static readonly RawPcmFormat UsualFormat = PyAudioSound.Format;

    /// <summary>The server.</summary>
    public required PyAudioAddress Address { get; init; }

    /// <summary>The format of the bytes. Default <see cref="UsualFormat"/>.</summary>
    public RawPcmFormat Format { get; init; } = UsualFormat;

    /// <summary>
    /// How late audio may arrive and still be played in its place; later audio restarts the timeline. 1 ms – 10 s; default 60 ms.
    /// </summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>
    /// The longest silence of the server. After it, the UDP receiver gives up, and the TCP receiver logs it. 100 ms – 60 s; default 10 s.
    /// </summary>
    public TimeSpan SilencePatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two Hellos while nothing comes. 10 ms – 60 s; default 500 ms.</summary>
    public TimeSpan HelloInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long no audio may follow an empty message or datagram before it counts as the end, if no more empty ones follow. 10 ms – 10
    /// s; default 700 ms.
    /// </summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>How long a server may take to accept a connection.</summary>
    internal static TimeSpan ConnectTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two Hellos while sound comes, so that no server forgets us.</summary>
    internal static TimeSpan RenewInterval { get; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(Tolerance, "0.001", "10 s")
        .Between(SilencePatience, "0.1", "60 s")
        .Between(HelloInterval, "0.01", "60 s")
        .Between(EndPatience, "0.01", "10 s");
}
