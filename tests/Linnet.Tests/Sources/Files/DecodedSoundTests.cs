using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources.Files;

namespace Linnet.Tests.Sources.Files;

/// <summary>Decoding from a byte source: where it ends, what it costs, and its errors.</summary>
public sealed class DecodedSoundTests
{
    private static readonly AudioFormat Stereo = new(44_100, 2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("mp3")]
    [InlineData("flac")]
    [InlineData("ogg")]
    [InlineData("wav")]
    public void An_endless_hole_after_the_sound_ends_it(string kind)
    {
        byte[] file = kind switch
        {
            "mp3" => SoundFiles.Mp3(Stereo, SoundFiles.Sweep(44_100, 50_000, 2), "x", static n => n),
            "flac" => SoundFiles.Flac(Stereo, SoundFiles.Noise(50_000, 2), "x"),
            "ogg" => SoundFiles.OggFlac(Stereo, SoundFiles.Noise(50_000, 2), "x"),
            _ => Wavs.Counting(0, 50_000, 44_100, 2),
        };
        var bytes = new Endless(file);
        using var sound = new DecodedSound(bytes.Read, new AnyStreamDecoder(StreamKind.Unknown, isFile: true), "song");

        IOException problem = Assert.Throws<IOException>(() => ReadAll(sound));

        Assert.StartsWith("song is damaged after 1.", problem.Message, StringComparison.Ordinal);
        Assert.EndsWith(" s: there is no audio in the next 64 MiB.", problem.Message, StringComparison.Ordinal);
        Assert.InRange(bytes.Position, DecodedSound.MaxSoundless, DecodedSound.MaxSoundless + DecodedSound.MaxTagBytes + (1 << 20));
    }

    [Fact]
    public void A_shorter_hole_is_skipped()
    {
        byte[] ogg = SoundFiles.OggFlac(Stereo, SoundFiles.Noise(50_000, 2), "x");
        byte[] hole = new byte[15 << 20];
        var stream = new MemoryStream([.. ogg, .. hole, .. ogg, .. hole, .. ogg]);
        using var sound = new DecodedSound((span, _) => stream.Read(span), new AnyStreamDecoder(StreamKind.Ogg, isFile: true), "song");

        Assert.Equal(150_000, ReadAll(sound));
    }

    [Fact]
    public void The_search_ends_if_the_first_bytes_have_no_sound()
    {
        var bytes = new Endless(SoundFiles.Flac(Stereo, [], "x"));
        using var sound = new DecodedSound(bytes.Read, new AnyStreamDecoder(StreamKind.Unknown, isFile: true), "song");

        Assert.False(sound.WaitForSound(TestContext.Current.CancellationToken));
        Assert.Equal("song has no audio in its first 64 MiB.", sound.NoSound().Message);
    }

    [Fact]
    public void The_search_for_sound_can_be_cancelled()
    {
        var bytes = new Endless([]) { CancelAt = 1 << 20 };
        using var sound = new DecodedSound(bytes.Read, new Numb(), "song");

        Assert.Throws<OperationCanceledException>(() => sound.WaitForSound(bytes.Cancel.Token));
        Assert.InRange(bytes.Position, 1 << 20, (1 << 20) + 4096);
    }

    [Fact]
    public async Task Too_much_sound_is_not_converted_either()
    {
        // A second part with very much sound in a few bytes, at a low rate: conversion would make it 192 times as much.
        var decoder = new Script();
        decoder.Writes.Enqueue(sink => Give(sink, new AudioFormat(384_000, 8), 8, 1));
        decoder.Writes.Enqueue(sink => Give(sink, new AudioFormat(2_000, 1), 65_535, 73));
        using var sound = new DecodedSound((span, _) => Math.Min(1, span.Length), decoder, "song.flac");

        IOException problem = await Task.Run(() => Assert.Throws<IOException>(() => ReadAll(sound)), TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.EndsWith(": a few of its bytes decode to an impossible amount of audio.", problem.Message, StringComparison.Ordinal);

        static void Give(IStreamSink sink, AudioFormat format, int frames, int times)
        {
            sink.OnFormat(new StreamFormat(format, 16, StreamCodec.Flac, 0, []));
            float[] pcm = new float[frames * format.Channels];
            for (int i = 0; i < times; i++)
            {
                sink.OnPacket([], pcm);
            }
        }
    }

    [Fact]
    public void A_conversion_stops_when_its_output_is_refused()
    {
        int calls = 0;
        var conversion = new StreamConversion(new AudioFormat(2_000, 1), new AudioFormat(384_000, 8), _ => ++calls < 3);

        conversion.Write(new float[65_535]);

        Assert.Equal(3, calls);
    }

    [Theory]
    [InlineData(StreamFault.NotSound, "The stream has a Vorbis packet of 9 bytes that cannot be decoded.",
        "song.ogg is damaged after 1.0 s: it has a Vorbis packet of 9 bytes that cannot be decoded.")]
    [InlineData(StreamFault.Unsupported, "The stream is WMA.", "song.ogg failed after 1.0 s: it is WMA.")]
    [InlineData(StreamFault.Unavailable, "libvorbis is not installed.", "song.ogg failed after 1.0 s. libvorbis is not installed.")]
    [InlineData(StreamFault.Stalled, "ffmpeg stopped.", "song.ogg failed after 1.0 s. ffmpeg stopped.")]
    internal void An_error_is_one_sentence_about_the_file(StreamFault fault, string problem, string expected)
    {
        var decoder = new Script();
        decoder.Writes.Enqueue(static sink =>
        {
            sink.OnFormat(new StreamFormat(Stereo, 16, StreamCodec.Flac, 0, []));
            sink.OnPacket([], new float[2 * 44_100]);
        });
        decoder.Writes.Enqueue(_ => decoder.Problem = new StreamProblem(fault, problem));
        using var sound = new DecodedSound((span, _) => Math.Min(1, span.Length), decoder, "song.ogg");

        Assert.Equal(expected, Assert.Throws<IOException>(() => ReadAll(sound)).Message);
    }

    private static long ReadAll(DecodedSound sound)
    {
        long frames = 0;
        Assert.True(sound.WaitForSound(TestContext.Current.CancellationToken));
        float[] pcm = new float[4096 * sound.Format.Channels];
        while (sound.Read(pcm, TestContext.Current.CancellationToken) is { Frames: > 0 } read)
        {
            frames += read.Frames;
        }

        return frames;
    }

    /// <summary>A file followed by endless zeros; fails the test if it is read beyond every limit.</summary>
    private sealed class Endless(byte[] file)
    {
        internal long Position { get; private set; }

        internal long CancelAt { get; init; } = long.MaxValue;

        internal CancellationTokenSource Cancel { get; } = new();

        internal int Read(Span<byte> destination, CancellationToken cancellationToken)
        {
            Assert.True(Position < 1 << 30, "It does not stop reading.");
            destination.Clear();
            if (Position < file.Length)
            {
                file.AsSpan((int)Position, (int)Math.Min(destination.Length, file.Length - Position)).CopyTo(destination);
            }

            Position += destination.Length;
            if (Position >= CancelAt)
            {
                Cancel.Cancel();
            }

            return destination.Length;
        }
    }

    /// <summary>Never finds sound.</summary>
    private sealed class Numb : IStreamDecoder
    {
        public StreamProblem? Problem => null;

        public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
        {
        }

        public void Complete(IStreamSink sink)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Gives scripted output, whatever the bytes are.</summary>
    private sealed class Script : IStreamDecoder
    {
        internal Queue<Action<IStreamSink>> Writes { get; } = [];

        public StreamProblem? Problem { get; set; }

        public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink) => Writes.Dequeue()(sink);

        public void Complete(IStreamSink sink)
        {
        }

        public void Dispose()
        {
        }
    }
}
