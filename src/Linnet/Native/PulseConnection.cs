using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>One client of a PulseAudio server: its main loop and its context.</summary>
/// <remarks>
/// Nothing runs by itself: whoever uses it calls <see cref="Iterate"/>, and looks at what has changed. So there is no callback on the way
/// of the sound, and no exception that could meet native code. Used by one thread at a time; <see cref="Wake"/> may come from any.
/// </remarks>
internal sealed unsafe class PulseConnection : IDisposable
{
    /// <summary>A server that says nothing for so long is taken for dead.</summary>
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
    /// <param name="server">As libpulse writes it, such as <c>unix:/run/user/1000/pulse/native</c>, or <see langword="null"/> for the
    /// user's own.</param>
    /// <param name="time">Bounds every wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DllNotFoundException">libpulse is not installed; the message says how to get it.</exception>
    /// <exception cref="IOException">No server answers.</exception>
    internal static PulseConnection Connect(string? server, TimeProvider time, CancellationToken cancellationToken)
    {
        NativeLibraries.Require(NativeLibraries.Pulse);
        var connection = new PulseConnection(time);
        try
        {
            // A server of its own would have no say over a sound card that somebody else's holds: do not start one.
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

    /// <summary>What libpulse says went wrong last.</summary>
    internal string LastError => Marshal.PtrToStringUTF8((nint)Pulse.StrError(LastErrorNumber)) ?? "unknown error";

    /// <summary>The same as a number, such as <see cref="Pulse.ErrorNoEntity"/>.</summary>
    internal int LastErrorNumber => Pulse.ContextErrno(Context);

    /// <summary>
    /// Waits for news from the server, at most for <paramref name="atMost"/>, or until <see cref="Wake"/>, and takes them in.
    /// </summary>
    /// <exception cref="IOException">The server has gone.</exception>
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

    /// <summary>Ends the <see cref="Iterate"/> that is under way, or the next one. From any thread, before <see cref="Dispose"/>.</summary>
    internal void Wake() => Pulse.MainloopWakeup(_loop);

    /// <summary>Takes in news until <paramref name="condition"/> holds.</summary>
    /// <exception cref="IOException">The server has gone, or nothing came of it within <see cref="AnswerTimeout"/>.</exception>
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
                    $"The sound server has not answered for {timeout.TotalSeconds:0.#} s. Is PulseAudio or PipeWire in good health?");
            }

            Iterate(left);
        }
    }

    /// <summary>Takes in news until the server has done what it was asked for.</summary>
    /// <param name="operation">A <c>pa_operation</c>, which is given away; 0 if it could not be asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="atMost">How long it may take; <see cref="AnswerTimeout"/> if not given.</param>
    internal void Complete(nint operation, CancellationToken cancellationToken, TimeSpan? atMost = null)
    {
        if (operation == 0)
        {
            throw new IOException($"The sound server refuses: {LastError}.");
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
