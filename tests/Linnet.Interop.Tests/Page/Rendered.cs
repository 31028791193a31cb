using System.Runtime.InteropServices;
using System.Text.Json;
using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Page;

/// <summary>What a page has rendered, by the frame numbers of its AudioContext. <c>capture.js</c> records it.</summary>
internal sealed class Rendered
{
    private readonly ITestPage _page;
    private readonly List<float> _samples = [];
    private int _context = -1;

    private Rendered(ITestPage page) => _page = page;

    /// <summary>Frames per second.</summary>
    public int Rate { get; private set; }

    /// <summary>The number of the first frame.</summary>
    public long First { get; private set; }

    /// <summary>Frames so far.</summary>
    public int Frames => _samples.Count / 2;

    /// <summary>The sharpest corner of the first channel against that of <see cref="Music"/>, of all that was ever recorded.</summary>
    public double Sharpest { get; private set; }

    /// <summary>Interleaved, two channels.</summary>
    public ReadOnlySpan<float> Samples => CollectionsMarshal.AsSpan(_samples);

    /// <summary>Begins to record in the page that is open, before its player plays.</summary>
    public static async Task<Rendered> BeginAsync(ITestPage page)
    {
        string script = await File.ReadAllTextAsync(SoundServer.PathOf("capture.js"));
        await page.EvaluateAsync(script.Trim().TrimEnd(';'));
        return new Rendered(page);
    }

    /// <summary>Records so much of the newest context more; at the beginning, so much in all.</summary>
    public async Task UntilAsync(TimeSpan duration)
    {
        TimeSpan limit = duration + TimeSpan.FromSeconds(60);
        long start = TimeProvider.System.GetTimestamp();
        long frames = Frames;
        while (Rate == 0 || Frames < frames + (duration.TotalSeconds * Rate))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < limit, $"The page rendered only {Frames} frames.");
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            await TakeAsync();
        }
    }

    /// <summary>Records what was rendered since the last call.</summary>
    public async Task TakeAsync()
    {
        using JsonDocument blocks = JsonDocument.Parse(await _page.EvaluateAsync("capture.take()"));
        foreach (JsonElement block in blocks.RootElement.EnumerateArray())
        {
            Add(
                block.GetProperty("context").GetInt32(), block.GetProperty("rate").GetInt32(), block.GetProperty("frame").GetInt64(),
                SamplesOf(block.GetProperty("sound")));
        }
    }

    /// <summary>Keeps only the newest samples.</summary>
    public void KeepLast(TimeSpan duration)
    {
        int dropped = Math.Max(0, Frames - (int)(duration.TotalSeconds * Rate));
        _samples.RemoveRange(0, 2 * dropped);
        First += dropped;
    }

    /// <summary>One channel, from a frame on.</summary>
    public float[] Channel(int channel, int from = 0)
    {
        float[] samples = new float[Frames - from];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = _samples[(2 * (from + i)) + channel];
        }

        return samples;
    }

    /// <summary>Base64 of float32 as samples.</summary>
    public static float[] SamplesOf(JsonElement text) => MemoryMarshal.Cast<byte, float>(text.GetBytesFromBase64()).ToArray();

    private void Add(int context, int rate, long frame, float[] samples)
    {
        // A player that learns the rate of its station makes a context of that rate.
        if (context > _context)
        {
            (_context, Rate, First) = (context, rate, frame);
            _samples.Clear();
            Sharpest = 0;
        }

        if (context == _context)
        {
            int missed = (int)Math.Max(0, frame - First - Frames);

            // What was not recorded, because the page stood still, is no number.
            _samples.AddRange(Enumerable.Repeat(float.NaN, 2 * missed));
            int last = Math.Max(0, Frames - 2);
            _samples.AddRange(samples);
            Sharpest = Math.Max(Sharpest, MusicMatch.SharpestOf(Channel(0, last)));
        }
    }
}
