using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;
using Linnet.Stations;

namespace Linnet.Tests.Relay;

/// <summary>Sends sound to a station of this process as fast as the station takes it.</summary>
internal sealed class InnerPusher : IAsyncDisposable
{
    private static readonly AudioFormat Format = new(48_000, 2);

    private readonly CancellationTokenSource _ending =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private readonly Task _sending;

    internal InnerPusher(IngestStation station)
    {
        Assert.True(station.Ingest.TryBegin("a studio", takesOver: false, out IngestWriter? writer));
        writer.OnFormat(new StreamFormat(Format, 16, StreamCodec.Pcm, 1_536_000, []));
        _sending = SendAsync(writer);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _sending;
        _ending.Dispose();
    }

    private async Task SendAsync(IngestWriter writer)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        float[] block = new float[960 * Format.Channels];
        try
        {
            for (long position = 0; ; position++)
            {
                for (int i = 0; i < block.Length; i++)
                {
                    block[i] = (((position * block.Length) + i) % 32_000 / 32_000f) - 0.5f;
                }

                await writer.WaitForRoomAsync(_ending.Token);
                writer.OnPacket([], block);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            writer.Dispose();
        }
    }
}
