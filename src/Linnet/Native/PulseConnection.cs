using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>A client of a PulseAudio server: its main loop and its context.</summary>
/// <remarks>
/// Nothing runs in the background: the owner calls <see cref="Iterate"/>, and checks what has changed. So no callback delays the sound, and
/// no exception can reach native code. Used by one thread at a time; any thread may call <see cref="Wake"/>.
/// </remarks>
internal sealed unsafe class PulseConnection : IDisposable
{
    /// <summary>A server that does not respond for this long is taken for dead.</summary>
    internal static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _time;
    private nint _loop;

    private PulseConnection(TimeProvider time)
    {
        _time = time;
        _loop = Pulse.MainloopNew();
        Context = Pulse.ContextNew(Pulse.MainloopGetApi(_loop), "Linnet");
    }

    /// <summary>The <c>pa_context</c>.</summary>
    internal nint Context { get; private set; }

    /// <summary>Connects, within <see cref="AnswerTimeout"/>.</summary>
    /// <param name="server">The server in libpulse's notation, such as <c>unix:/run/user/1000/pulse/native</c>; <see langword="null"/> for
    /// the user's own.</param>
    /// <param name="time">Measures the timeouts.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DllNotFoundException">libpulse is not installed; the message says how to install it.</exception>
    /// <exception cref="IOException">No server answers.</exception>
    internal static PulseConnection Connect(string? server, TimeProvider time, CancellationToken cancellationToken)
    {
        NativeLibraries.Require(NativeLibraries.Pulse);
        var connection = new PulseConnection(time);
        try
        {
            // Do not start a server: it could not use a sound card that another server holds.
            if (Pulse.ContextConnect(connection.Context, server, Pulse.NoAutospawn, 0) < 0)
            {
                throw new IOException($"No PulseAudio or PipeWire server answers ({connection.LastError}).");
            }

            connection.WaitUntil(static c => Pulse.ContextGetState(c.Context) == Pulse.ContextReady, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>libpulse's text for the last error.</summary>
    internal string LastError => Marshal.PtrToStringUTF8((nint)Pulse.StrError(LastErrorNumber)) ?? "unknown error";

    /// <summary>The last error as a number, such as <see cref="Pulse.ErrorNoEntity"/>.</summary>
    internal int LastErrorNumber => Pulse.ContextErrno(Context);

    /// <summary>
    /// Waits for events from the server, at most <paramref name="atMost"/> or until <see cref="Wake"/>, and processes them.
    /// </summary>
    /// <exception cref="IOException">The connection to the server is lost.</exception>
    internal void Iterate(TimeSpan atMost)
    {
        if (Pulse.MainloopPrepare(_loop, (int)Math.Ceiling(atMost.TotalMicroseconds)) < 0
            || Pulse.MainloopPoll(_loop) < 0
            || Pulse.MainloopDispatch(_loop) < 0
            || Pulse.ContextGetState(Context) is Pulse.ContextFailed or Pulse.ContextTerminated)
        {
            throw new IOException($"The sound server does not answer ({LastError}). Is PulseAudio or PipeWire running?");
        }
    }

    /// <summary>Ends the current <see cref="Iterate"/>, or the next one. Any thread may call it before <see cref="Dispose"/>.</summary>
    internal void Wake() => Pulse.MainloopWakeup(_loop);

    /// <summary>Processes events until <paramref name="condition"/> holds.</summary>
    /// <exception cref="IOException">The connection is lost, or the condition did not hold within <see cref="AnswerTimeout"/>.</exception>
    internal void WaitUntil(Func<PulseConnection, bool> condition, CancellationToken cancellationToken, TimeSpan? atMost = null)
    {
        long start = _time.GetTimestamp();
        TimeSpan timeout = atMost ?? AnswerTimeout;
        using CancellationTokenRegistration waking = cancellationToken.UnsafeRegister(static c => ((PulseConnection)c!).Wake(), this);
        while (!condition(this))
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = timeout - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                throw new IOException(
                    $"The sound server has not answered for {timeout.TotalSeconds:0.#} s. Check that PulseAudio or PipeWire works.");
            }

            Iterate(left);
        }
    }

    /// <summary>Processes events until the server has completed an operation.</summary>
    /// <param name="operation">A <c>pa_operation</c>, owned by this call; 0 if it could not be started.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="atMost">The timeout; <see cref="AnswerTimeout"/> by default.</param>
    internal void Complete(nint operation, CancellationToken cancellationToken, TimeSpan? atMost = null)
    {
        if (operation == 0)
        {
            throw new IOException($"The sound server refused the request: {LastError}.");
        }

        try
        {
            WaitUntil(_ => Pulse.OperationGetState(operation) != Pulse.OperationRunning, cancellationToken, atMost);
        }
        finally
        {
            Pulse.OperationCancel(operation);
            Pulse.OperationUnref(operation);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_loop == 0)
        {
            return;
        }

        Pulse.ContextDisconnect(Context);
        Pulse.ContextUnref(Context);
        Pulse.MainloopFree(_loop);
        Context = 0;
        _loop = 0;
    }
}
