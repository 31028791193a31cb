using Linnet.Clock;
using Linnet.Native;

namespace Linnet.Playback.Devices;

/// <summary>Runs a device that waits for the sound card, on a dedicated thread.</summary>
internal static class AudioThread
{
    /// <summary>Runs <paramref name="work"/> to completion, with precise timers and the highest priority that the system grants.</summary>
    internal static Task RunAsync(string name, Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(Run) { Name = name, IsBackground = true, Priority = ThreadPriority.Highest };
        if (OperatingSystem.IsWindows())
        {
            // Windows Audio is used from this thread without a message loop.
            thread.SetApartmentState(ApartmentState.MTA);
        }

        thread.Start();
        return done.Task;

        void Run()
        {
            nint priority = 0;
            try
            {
                // In this order: on Windows the first call sets a priority below that of the second one.
                DeadlineWaiter.UsePreciseTimers(isLast: true);
                priority = OperatingSystem.IsWindows() ? ProAudio.Enter() : 0;
                work();
                done.SetResult();
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
            finally
            {
                if (OperatingSystem.IsWindows())
                {
                    ProAudio.Leave(priority);
                }
            }
        }
    }
}
