using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;
using Linnet.Tests.Audio;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;

namespace Linnet.Tests.Sources;

/// <summary>Paths that are not files, damaged files, and files made so that opening or playing them would not end.</summary>
public sealed class OddFileTests : IDisposable
{
    private static readonly AudioFormat Stereo = new(48_000, 2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task A_table_before_frames_of_another_format_does_not_apply_to_them(int channels, int others)
    {
        float[] sound = SoundFiles.Sweep(44_100, 44_100, channels);
        byte[] first = SoundFiles.Mp3(new AudioFormat(44_100, channels), sound, null, static n => n);
        byte[] bare = SoundFiles.Mp3(new AudioFormat(44_100, channels), sound, null, null);
        byte[] second = SoundFiles.Mp3(new AudioFormat(44_100, others), SoundFiles.Sweep(44_100, 44_100, others), null, null);
        byte[] table = first[..^bare.Length];
        int alone = (await Play("second", second)).Pcm.Length / others;

        (float[] pcm, TimeSpan? duration) = await Play("both", [.. first, .. table, .. second]);

        // Its whole sound with the padding, because no table declares the padding.
        Assert.Equal(44_100 + alone, pcm.Length / channels);
        Assert.True(Signals.Correlation(sound, pcm.AsSpan(0, sound.Length)) > 0.99);
        Assert.Equal(new AudioFormat(44_100, channels).DurationOf(44_100 + alone), duration);
    }

    [Fact]
    public async Task A_conversion_drops_a_partial_frame()
    {
        int frames = 0;
        var conversion = new StreamConversion(Stereo, Stereo with { Channels = 1 }, pcm =>
        {
            frames += pcm.Length;
            return true;
        });

        await Task.Run(() => conversion.Write(new float[4097]), TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(2048, frames);
    }

    [Fact]
    public async Task A_link_to_a_pipe_is_refused_with_or_without_a_writer()
    {
        string pipe = Fifo.Make(_folder["pipe"]);
        string link = File.CreateSymbolicLink(_folder["a.wav"], pipe).FullName;

        Assert.Equal($"{link} is empty, or not a regular file.", (await Refusal(link)).Message);
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        Assert.Equal($"{link} is empty, or not a regular file.", (await Refusal(link)).Message);

        string list = _folder.Write("list.m3u", "a.wav\ngood.wav\n");
        _folder.Write("good.wav", Wavs.Counting(0, 8000));
        using IAudioSource source =
            AudioSources.OpenPath(list, new SourceOptions { Loop = false }, _log, TestContext.Current.CancellationToken);
        Assert.Equal(8000, source.ReadAll().Length);
        Assert.Contains("a.wav is empty, or not a regular file.", Assert.Single(_log.Lines), StringComparison.Ordinal);

        Task<IOException> Refusal(string path) =>
            Task.Run(() => Assert.Throws<IOException>(() => FileSource.Open(path)), TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_file_that_has_become_a_pipe_is_refused()
    {
        string pipe = Fifo.Make(_folder["pipe"]);
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);

        Assert.Equal(
            $"{pipe} is not a regular file.",
            Assert.Throws<IOException>(
                () => DecodedFile.TryOpen(pipe, null, cancellationToken: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Pipes_in_a_folder_and_links_to_them_are_skipped()
    {
        Fifo.Make(_folder["pipe.wav"]);
        File.CreateSymbolicLink(_folder["link.wav"], _folder["pipe.wav"]);
        File.CreateSymbolicLink(_folder["null.wav"], "/dev/null");
        _folder.Write("song.wav", "x");

        Assert.Equal([_folder["song.wav"]], FolderListing.List(_folder.Path, _log).Select(static entry => entry.Path));
    }

    [Theory]
    [InlineData("opus", 20)]
    [InlineData("vorbis", 20)]
    [InlineData("ogg-flac", 5)]
    public async Task A_packet_that_cannot_be_decoded_does_not_end_a_file(string kind, int bad)
    {
        float[] pcm = SoundFiles.Sweep(48_000, 96_000, 2);
        byte[] Damage(int index, byte[] packet) => index != bad ? packet : kind switch
        {
            // A 20 ms frame with more padding than possible; a packet that is not audio; a block of a reserved kind.
            "opus" => [(byte)(packet[0] | 3), 0x41, 0xFF, 0xFF],
            "vorbis" => [0xFF, .. packet[1..]],
            _ => [.. packet[..6], 0xFF, .. packet[7..]],
        };

        float[] whole = (await Play("whole", Make(kind, pcm, null))).Pcm;
        (float[] played, TimeSpan? duration) = await Play("damaged", Make(kind, pcm, Damage));

        // A Vorbis packet does not declare its duration.
        int missing = whole.Length - played.Length;
        Assert.InRange(missing, 0, kind == "vorbis" ? 2 * 4096 : 0);
        Assert.Equal(pcm.Length, whole.Length);
        Assert.NotEqual(whole[..played.Length], played);
        Assert.Equal(whole[^40_000..], played[^40_000..]);
        Assert.Equal(Stereo.DurationOf(whole.Length / 2), duration);
    }

    [Theory]
    [InlineData("opus")]
    [InlineData("vorbis")]
    [InlineData("ogg-flac")]
    public async Task A_file_that_cannot_be_decoded_at_all_fails(string kind)
    {
        byte[] file =
            Make(kind, SoundFiles.Sweep(48_000, 960_000, 2),
                (_, packet) => kind == "ogg-flac" ? [.. packet[..6], 0xFF, .. packet[7..]] : [0xFF, 0xFF, 0xFF]);

        await Assert.ThrowsAnyAsync<IOException>(() => Play("bad", file));
    }

    [Fact]
    public async Task Such_a_packet_ends_a_pushed_stream()
    {
        byte[] file =
            Make("opus", SoundFiles.Sweep(48_000, 96_000, 2), static (index, packet) => index == 20 ? [0xFF, 0xFF, 0xFF] : packet);
        Assert.True(StreamDecoders.TryCreate("audio/ogg", out IStreamDecoder? decoder, out _));
        using (decoder)
        {
            await Task.Run(() => decoder.Write(file, new HeardSound()), TestContext.Current.CancellationToken);

            Assert.Equal("The stream has an Opus packet of 3 bytes that cannot be decoded.", decoder.Problem?.Text);
        }
    }

    [Fact]
    public void The_length_of_a_link_is_not_that_of_the_file()
    {
        byte[] wav = Wavs.Counting(0, 2000);
        _folder.Write("cut.wav", wav.AsSpan(0, wav.Length - 3900));
        string target = string.Concat(Enumerable.Repeat("./", 2000)) + "cut.wav";
        using FileSource source = FileSource.Open(File.CreateSymbolicLink(_folder["link.wav"], target).FullName);

        Assert.Equal(source.Format.DurationOf(50), source.Duration);
    }

    [Fact]
    public void Opening_a_file_can_be_cancelled()
    {
        string path = _folder.Write("song.flac", SoundFiles.Flac(Stereo, SoundFiles.Noise(1000, 2), "x"));

        Assert.Throws<OperationCanceledException>(() => FileSource.TryOpen(path, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_extension_of_the_real_name_counts()
    {
        // The file begins in the middle of a page.
        byte[] ogg = SoundFiles.OggFlac(Stereo, SoundFiles.Noise(60_000, 2), "x");
        string path = _folder.Write("fd", [.. new byte[100], .. ogg]);

        Assert.Null(DecodedFile.TryOpen(path, null, cancellationToken: TestContext.Current.CancellationToken));
        using DecodedFile? source = DecodedFile.TryOpen(path, null, "Caf\uDCE9.ogg", TestContext.Current.CancellationToken);
        Assert.Equal(2 * 60_000, source?.ReadAll().Length);
    }

    private static byte[] Make(string kind, float[] pcm, Func<int, byte[], byte[]>? change) => kind switch
    {
        "opus" => SoundFiles.Opus(2, pcm, "x", change: change),
        "vorbis" => SoundFiles.Vorbis(Stereo, pcm, "x", change: change),
        _ => SoundFiles.OggFlac(Stereo, pcm, "x", change: change),
    };

    private async Task<(float[] Pcm, TimeSpan? Duration)> Play(string name, byte[] file)
    {
        string path = _folder.Write(name, file);
        return await Task.Run(
            () =>
            {
                using FileSource source = FileSource.Open(path);
                return (source.ReadAll(), source.Duration);
            },
            TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }
}
