using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Sources.Ingest;

/// <summary>A station in simulated time with a pusher; the test decides how much sound has been sent at each time.</summary>
internal sealed class PushedStation : IDisposable
{
    internal static readonly AudioFormat Format = new(8000, 1);
    internal static readonly StreamFormat Stream = new(Format, 0, StreamCodec.Other, 0, []);

    private readonly float[] _block = new float[800];
    private readonly long _start;

    internal PushedStation(IAudioSource? fallback = null)
    {
        Buffer = new IngestBuffer("live", new IngestOptions(), Format);
        Source = new FallbackSource(Buffer, fallback, 0, NullLogger.Instance);
        Engine = new Station(new StationOptions { Name = "live", StartAtOnce = true }, Source, Time, NullLogger.Instance);
        _start = Time.Now;
    }

    internal SteppedTime Time { get; } = new();

    internal IngestBuffer Buffer { get; }

    internal FallbackSource Source { get; }

    internal Station Engine { get; }

    internal double Now => (Time.Now - _start) / (double)Time.TimestampFrequency;

    internal double Fill => Buffer.GetState().Frames / (double)Format.SampleRate;

    /// <summary>Frames written by the pusher.</summary>
    internal long Sent { get; private set; }

    internal IngestWriter Begin()
    {
        Assert.True(Buffer.TryBegin("a test", takesOver: false, out IngestWriter? writer));
        writer.OnFormat(Stream);
        return writer;
    }

    /// <summary>Runs the station; before each step the pusher sends up to the given amount.</summary>
    /// <param name="seconds">Duration in seconds.</param>
    /// <param name="writer">The pusher.</param>
    /// <param name="sentAt">Maps seconds since the station's start to seconds of sound sent.</param>
    /// <param name="look">Called after each step.</param>
    internal void Run(double seconds, IngestWriter? writer, Func<double, double> sentAt, Action? look = null)
    {
        double end = Now + seconds;
        while (Now < end)
        {
            if (writer is not null)
            {
                Send(writer, (long)(sentAt(Now) * Format.SampleRate));
            }

            long next = Engine.Step(TestContext.Current.CancellationToken);
            look?.Invoke();
            Time.Now = Math.Min(next, Time.Now + (Time.TimestampFrequency / 100));
        }
    }

    public void Dispose() => Engine.Dispose();

    private void Send(IngestWriter writer, long until)
    {
        while (Sent < until && writer.WaitForRoomAsync(CancellationToken.None).IsCompleted)
        {
            int frames = (int)Math.Min(_block.Length, until - Sent);
            writer.OnPacket([], _block.AsSpan(0, frames));
            Sent += frames;
        }
    }
}
