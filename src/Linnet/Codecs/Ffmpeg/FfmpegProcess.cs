using System.ComponentModel;
using System.Diagnostics;
using Linnet.Audio;
using Linnet.Native;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Codecs.Ffmpeg;

/// <summary>
/// One run of <c>ffmpeg</c>, which decodes one local file, or what it is given, into its standard output. Killed when disposed.
/// </summary>
internal sealed class FfmpegProcess : IDisposable
{
    /// <summary>What it may take of memory, where the system can say so.</summary>
    private const long MemoryLimit = 2L << 30;

    /// <summary>Files it may have open: what it decodes, its pipes, and the libraries it loads at its start, one at a time.</summary>
    private const int MaxOpenFiles = 32;

    /// <summary>
    /// What it may take of the processor beyond the sound it has given. Sound takes some hundredths of its time, so who takes more goes in
    /// circles. For files this is the one limit of work; for streams it is the backstop, as
    /// <see cref="Streams.FfmpegStreamDecoder.FreeWork"/> ends them earlier.
    /// </summary>
    private static readonly TimeSpan FreeWork = TimeSpan.FromSeconds(30);

    /// <summary>How much sound is waited for before more of the processor is allowed: it takes calls of the system.</summary>
    private static readonly TimeSpan GrantStep = TimeSpan.FromSeconds(10);

    /// <summary>Whatever it is given to decode, it does not hold up who sends, or who plays.</summary>
    private const int Nice = 5;

    /// <summary>The longest error kept, in characters.</summary>
    private const int MaxProblemLength = 300;

    /// <summary>Containers of sound and video. No playlists or manifests among them: those would open other files.</summary>
    private const string Containers =
        "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,latm,loas,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,nut,ogg,"
        + "oma,rm,shn,tak,truehd,tta,voc,vqf,w64,wav,wv,xwma";

    /// <summary>Codecs of sound that may stand in the containers that are pushed.</summary>
    private const string PushedCodecs =
        "aac,aac_latm,ac3,eac3,alac,flac,libopus,libvorbis,mp2,mp2float,mp3,mp3float,opus,vorbis,pcm_f32le,pcm_s16le,pcm_s24le";

    /// <summary>Ended by SIGXCPU, which it had not begun to hear yet.</summary>
    private const int EndedBySignal = 128 + 24;

    /// <summary>ffmpeg's own code when it was asked four times to stop and has not.</summary>
    private const int EndedAfterSignals = 123;

    private const string TookTooLong = "ffmpeg took more of the processor than the sound is worth";

    private readonly Process _process;
    private readonly TimeSpan _freeWork;
    private readonly object _gate = new();
    private readonly TaskCompletionSource<int> _bitDepth = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReplayGain _loudness = ReplayGain.None;
    private TimeSpan _granted;
    private string? _problem;
    private bool _wasStopped;

    private FfmpegProcess(Process process, TimeSpan? freeWork)
    {
        _freeWork = freeWork ?? FreeWork;
        _process = process;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
        ChildLimits.SetMemory(process.Id, MemoryLimit);
        ChildLimits.SetOpenFiles(process.Id, MaxOpenFiles);
        ChildLimits.ForbidFiles(process.Id);
        ChildLimits.SetProcessorTime(process.Id, _freeWork);
        ChildLimits.SetNice(process.Id, Nice);
    }

    /// <summary>The WAV.</summary>
    internal Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What it decodes, if it was started on a pipe.</summary>
    internal Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What it has taken of the processor so far; zero once it has ended.</summary>
    internal TimeSpan ProcessorTime
    {
        get
        {
            try
            {
                return _process.TotalProcessorTime;
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)
            {
                return TimeSpan.Zero;
            }
        }
    }

    /// <summary>How to install it, for the end of a sentence.</summary>
    internal static string HowToInstall =>
        OperatingSystem.IsMacOS() ? "brew install ffmpeg"
        : OperatingSystem.IsWindows() ? "winget install ffmpeg"
        : "apt-get install ffmpeg (Debian, Ubuntu) or dnf install ffmpeg-free (Fedora)";

    /// <summary>Starts ffmpeg on a file.</summary>
    /// <param name="path">The file to decode.</param>
    /// <param name="searchPath">Where to look for the program: the value of PATH.</param>
    /// <param name="freeWork">Instead of <see cref="FreeWork"/>.</param>
    /// <param name="lent">An open file that <paramref name="path"/> names by its number, <c>/proc/self/fd/N</c>; ffmpeg gets it.</param>
    /// <exception cref="IOException">It is not installed, or does not start; the message says what to do.</exception>
    internal static FfmpegProcess Start(string path, string? searchPath, TimeSpan? freeWork = null, SafeFileHandle? lent = null)
    {
        string program = Find(searchPath) ?? throw new IOException(
            $"{path} is not a sound file that libsndfile can read, and ffmpeg, which might, is not installed. Install it with: "
                + $"{HowToInstall}");
        try
        {
            FfmpegProcess process = Run(program, ArgumentsFor(path), freeWork, lent);
            process._process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{path} cannot be read: {program} does not start: {e.Message}.", e);
        }
    }

    /// <summary>Starts ffmpeg on what is written to <see cref="Input"/>.</summary>
    /// <param name="format">The name of the one demuxer that reads it.</param>
    /// <param name="searchPath">Where to look for the program: the value of PATH.</param>
    /// <exception cref="IOException">It is not installed, or does not start; the message says what to do.</exception>
    internal static FfmpegProcess StartOnPipe(string format, string? searchPath)
    {
        string program = Find(searchPath)
            ?? throw new IOException($"ffmpeg, which decodes this kind of sound, is not installed. Install it with: {HowToInstall}");
        try
        {
            return Run(program, ArgumentsForPipe(format));
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{program} does not start: {e.Message}.", e);
        }
    }

    /// <summary>What ffmpeg is told: always the same, but for the file.</summary>
    internal static string[] ArgumentsFor(string path) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info",
        "-protocol_whitelist", "file,pipe", "-format_whitelist", Containers,

        // With the protocol before it, a name is a name, whatever it begins with or holds.
        "-i", "file:" + Path.GetFullPath(path),
        "-map", "0:a:0", "-vn", "-sn", "-dn", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
    ];

    /// <summary>
    /// The same for a pipe: one demuxer, which ffmpeg does not choose, no protocol but pipes, and sound after as little looking ahead as
    /// can be.
    /// </summary>
    internal static string[] ArgumentsForPipe(string format) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info",
        "-protocol_whitelist", "pipe", "-format_whitelist", format, "-codec_whitelist", PushedCodecs, "-threads", "1",
        "-probesize", "32768", "-analyzeduration", "500000", "-f", format, "-i", "pipe:0",
        "-map", "0:a:0", "-vn", "-sn", "-dn", "-c:a", "pcm_f32le", "-flush_packets", "1", "-f", "wav", "pipe:1",
    ];

    /// <summary>Bits of the integer PCM that a lossless file holds, 0 for others. ffmpeg says it before its first byte of sound.</summary>
    internal int WaitForBitDepth(CancellationToken cancellationToken) =>
        _bitDepth.Task.WaitAsync(cancellationToken).GetAwaiter().GetResult();

    /// <summary>
    /// What the file's tags say of its loudness. Known once <see cref="WaitForBitDepth"/> has returned, as ffmpeg tells of tags first.
    /// </summary>
    internal ReplayGain? Loudness
    {
        get
        {
            lock (_gate)
            {
                return _loudness == ReplayGain.None ? null : _loudness;
            }
        }
    }

    /// <summary>
    /// It has given so much sound: it may take as much time of the processor, and some more. One that takes more is ended by the system.
    /// </summary>
    internal void Grant(TimeSpan sound)
    {
        if (sound - _granted >= GrantStep && !_process.HasExited)
        {
            _granted = sound;
            ChildLimits.SetProcessorTime(_process.Id, _freeWork + sound);
        }
    }

    /// <summary>Once its output has ended: what went wrong, without a full stop, or <see langword="null"/> if all went well.</summary>
    internal string? WaitForProblem()
    {
        // A child that has closed its output is about to end; one that is not is ended here.
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        // Once more without a limit: only then have all lines of standard error been heard.
        _process.WaitForExit();
        lock (_gate)
        {
            return _process.ExitCode switch
            {
                0 => null,
                EndedBySignal or EndedAfterSignals => TookTooLong,
                _ when _wasStopped => TookTooLong,
                int code => _problem ?? $"ffmpeg ended with code {code}",
            };
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    /// <summary>Ends it now, and waits until it has.</summary>
    internal void Kill()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }

    private static FfmpegProcess Run(string program, string[] arguments, TimeSpan? freeWork = null, SafeFileHandle? lent = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        return new FfmpegProcess(ChildStart.Run(start, lent), freeWork);
    }

    /// <summary>The program on PATH; never one in the working directory.</summary>
    private static string? Find(string? searchPath)
    {
        string name = OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg";
        return (searchPath ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>One line of standard error, such as <c>[info]   Stream #0:0: Audio: alac, 44100 Hz, stereo, s16p</c>.</summary>
    private void Hear(string? line)
    {
        if (line is null)
        {
            _bitDepth.TrySetResult(0);
            return;
        }

        if (FfmpegStream.TellsOfProcessorTime(line))
        {
            lock (_gate)
            {
                _wasStopped = true;
            }
        }
        else if (line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal))
        {
            string text = line[(line.LastIndexOf(']') + 1)..].Trim().TrimEnd('.');
            lock (_gate)
            {
                _problem = text.Length > MaxProblemLength ? text[..MaxProblemLength] : text.Length > 0 ? text : _problem;
            }
        }
        else if (FfmpegStream.TryReadBitDepth(line, out int bits))
        {
            _bitDepth.TrySetResult(bits);
        }
        else if (FfmpegStream.TryReadTag(line, out string name, out string value))
        {
            lock (_gate)
            {
                _loudness = _loudness.With(name, value);
            }
        }
    }
}
