using Linnet.Audio;
using Linnet.Codecs;

namespace Linnet.Tests.Fakes;

/// <summary>An encoder that fails when the test wants it to.</summary>
internal sealed class FailingEncoder(IAudioEncoder encoder, Func<string, bool> fails) : IAudioEncoder
{
    public AudioFormat Format => encoder.Format;

    public PayloadFormat Payload => encoder.Payload;

    public int FramesPerPacket => encoder.FramesPerPacket;

    public int FramesPerBlock => encoder.FramesPerBlock;

    public int Delay => encoder.Delay;

    public int MaxPacketLength => encoder.MaxPacketLength;

    public IReadOnlyList<ReadOnlyMemory<byte>> Headers => Try(nameof(Headers), () => encoder.Headers);

    public void StartAfresh() => encoder.StartAfresh();

    public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        Try(nameof(Encode), () => 0);
        return encoder.Encode(pcm, packet);
    }

    public bool TryTake(Span<byte> packet, out int length, out int frames)
    {
        Try(nameof(TryTake), () => 0);
        return encoder.TryTake(packet, out length, out frames);
    }

    public void Complete()
    {
        Try(nameof(Complete), () => 0);
        encoder.Complete();
    }

    public void Dispose()
    {
        encoder.Dispose();
        Try(nameof(Dispose), () => 0);
    }

    private T Try<T>(string where, Func<T> get) => fails(where) ? throw new InvalidOperationException($"{where} failed") : get();
}
