using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Linnet.Audio;
using Linnet.Native;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Codecs.Ffmpeg;

/// <summary>
/// A running <c>ffmpeg</c> that decodes one local file, or decodes or encodes its standard input, to standard output. Killed when
/// disposed.
/// </summary>
internal sealed class FfmpegProcess : IDisposable
{
    /// <summary>Memory limit in bytes, on systems that support one.</summary>
    private const long MemoryLimit = 2L << 30;

    /// <summary>Limit of open files: the input, its pipes, and the libraries it loads at the start, one at a time.</summary>
    private const int MaxOpenFiles = 32;

    /// <summary>
    /// CPU time that ffmpeg may use beyond the duration of its output. Decoding takes a few hundredths of that duration, so a process that
    /// uses more is stuck in a loop. For files this is the only CPU limit. For streams it is a backstop:
    /// <see cref="Streams.FfmpegStreamDecoder.FreeWork"/> ends them earlier.
    /// </summary>
    private static readonly TimeSpan FreeWork = TimeSpan.FromSeconds(30);

    /// <summary>Duration of output after which the CPU limit is raised; raising it takes system calls.</summary>
    private static readonly TimeSpan GrantStep = TimeSpan.FromSeconds(10);

    /// <summary>Lower priority than the threads that send or play.</summary>
    private const int Nice = 5;

    /// <summary>Maximum length of the error that is kept, in characters.</summary>
    private const int MaxProblemLength = 300;

    /// <summary>Containers of audio and video. No playlists or manifests: those would open other files.</summary>
    private const string Containers =
        "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,latm,loas,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,nut,ogg,"
        + "oma,rm,shn,tak,truehd,tta,voc,vqf,w64,wav,wv,xwma";

    /// <summary>Audio codecs allowed in pushed containers.</summary>
    private const string PushedCodecs =
        "aac,aac_latm,ac3,eac3,alac,flac,libopus,libvorbis,mp2,mp2float,mp3,mp3float,opus,vorbis,pcm_f32le,pcm_s16le,pcm_s24le";

    /// <summary>Exit code if SIGXCPU arrives before ffmpeg handles it.</summary>
    private const int EndedBySignal = 128 + 24;

    /// <summary>Exit code of an ffmpeg that was signalled more than three times and did not stop.</summary>
    private const int EndedAfterSignals = 123;

    private const string TookTooLong = "ffmpeg used too much CPU time for the audio it gave";

    private readonly Process _process;
    private readonly string _input;
    private readonly TimeSpan _freeWork;
    private readonly object _gate = new();
    private readonly TaskCompletionSource<int> _bitDepth = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReplayGain _loudness = ReplayGain.None;
    private TimeSpan _granted;
    private string? _problem;
    private bool _wasStopped;

    private FfmpegProcess(Process process, string input, TimeSpan? freeWork)
    {
        _freeWork = freeWork ?? FreeWork;
        _input = input;
        _process = process;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
        ChildLimits.SetMemory(process.Id, MemoryLimit);
        ChildLimits.SetOpenFiles(process.Id, MaxOpenFiles);
        ChildLimits.ForbidFiles(process.Id);
        ChildLimits.SetProcessorTime(process.Id, _freeWork);
        ChildLimits.SetNice(process.Id, Nice);
    }

    /// <summary>What ffmpeg writes: a WAV, or AAC in ADTS.</summary>
    internal Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>The bytes to decode or encode, if ffmpeg was started on a pipe.</summary>
    internal Stream Input => _process.StandardInput.BaseStream;

    /// <summary>CPU time used so far; zero after the end.</summary>
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

    /// <summary>How to install ffmpeg; the end of a sentence.</summary>
    internal static string HowToInstall =>
        OperatingSystem.IsMacOS() ? "brew install ffmpeg"
        : OperatingSystem.IsWindows() ? "winget install ffmpeg"
        : "apt-get install ffmpeg (Debian, Ubuntu) or dnf install ffmpeg-free (Fedora)";

    /// <summary>What has tried to read a file before ffmpeg; the subject of a sentence.</summary>
    internal static string OtherReader => CodecChoice.Uses(NativeLibraries.SndFile) ? "libsndfile" : "Linnet";

    /// <summary>Whether ffmpeg is installed.</summary>
    internal static bool IsInstalled => Find(Environment.GetEnvironmentVariable("PATH")) is not null;

    /// <summary>Starts ffmpeg on a file.</summary>
    /// <param name="path">The file to decode.</param>
    /// <param name="searchPath">Where to find the program: the value of PATH.</param>
    /// <param name="freeWork">Replaces <see cref="FreeWork"/>.</param>
    /// <param name="lent">An open file for ffmpeg to inherit, if <paramref name="path"/> is its <c>/proc/self/fd/N</c>.</param>
    /// <param name="reason">Why no other reader can play the file, as a sentence, if it is known; errors begin with it.</param>
    /// <exception cref="IOException">ffmpeg is not installed, or does not start; the message says what to do.</exception>
    internal static FfmpegProcess Start(
        string path, string? searchPath, TimeSpan? freeWork = null, SafeFileHandle? lent = null, string? reason = null)
    {
        string program = Find(searchPath) ?? throw new IOException(
            (reason is null ? $"{path} is not an audio file that {OtherReader} can read, and ffmpeg, which might, is not installed. "
                : $"{reason} ffmpeg, which might read it nevertheless, is not installed. ")
            + $"Install it with: {HowToInstall}");
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

    /// <summary>Starts ffmpeg on the bytes written to <see cref="Input"/>.</summary>
    /// <param name="format">Name of the only demuxer that ffmpeg may use.</param>
    /// <param name="searchPath">Where to find the program: the value of PATH.</param>
    /// <exception cref="IOException">ffmpeg is not installed, or does not start; the message says what to do.</exception>
    internal static FfmpegProcess StartOnPipe(string format, string? searchPath) =>
        RunOnPipe(ArgumentsForPipe(format), searchPath, "which decodes this format");

    /// <summary>Starts ffmpeg as an encoder of AAC. It takes interleaved float32 from <see cref="Input"/>.</summary>
    /// <param name="pcm">The format of the samples, one that AAC supports.</param>
    /// <param name="bitRate">Bits per second.</param>
    /// <param name="searchPath">Where to find the program: the value of PATH.</param>
    /// <exception cref="IOException">ffmpeg is not installed, or does not start; the message says what to do.</exception>
    internal static FfmpegProcess StartAacEncoder(AudioFormat pcm, int bitRate, string? searchPath) =>
        RunOnPipe(ArgumentsForAac(pcm, bitRate), searchPath, "which encodes AAC");

    private static FfmpegProcess RunOnPipe(string[] arguments, string? searchPath, string purpose)
    {
        string program = Find(searchPath) ?? throw new IOException($"ffmpeg, {purpose}, is not installed. Install it with: {HowToInstall}");
        try
        {
            return Run(program, arguments);
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{program} does not start: {e.Message}.", e);
        }
    }

    /// <summary>ffmpeg's arguments for a file; only the path varies.</summary>
    internal static string[] ArgumentsFor(string path) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info",
        "-protocol_whitelist", "file,pipe", "-format_whitelist", Containers,

        // With the protocol in front, any name is a plain file name, whatever characters it holds.
        "-i", "file:" + Path.GetFullPath(path),
        "-map", "0:a:0", "-vn", "-sn", "-dn", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
    ];

    /// <summary>
    /// ffmpeg's arguments for a pipe: one given demuxer, no protocol but pipes, and as little look-ahead as possible before the first
    /// sound.
    /// </summary>
    internal static string[] ArgumentsForPipe(string format) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info",
        "-protocol_whitelist", "pipe", "-format_whitelist", format, "-codec_whitelist", PushedCodecs, "-threads", "1",
        "-probesize", "32768", "-analyzeduration", "500000", "-f", format, "-i", "pipe:0",
        "-map", "0:a:0", "-vn", "-sn", "-dn", "-c:a", "pcm_f32le", "-flush_packets", "1", "-f", "wav", "pipe:1",
    ];

    /// <summary>
    /// ffmpeg's arguments to encode AAC: no protocol but pipes, nothing to detect before the first sound, and every packet written at once.
    /// </summary>
    internal static string[] ArgumentsForAac(AudioFormat pcm, int bitRate) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+error",
        "-protocol_whitelist", "pipe", "-format_whitelist", "f32le", "-probesize", "32", "-analyzeduration", "0",
        "-f", "f32le", "-ar", Number(pcm.SampleRate), "-ac", Number(pcm.Channels), "-i", "pipe:0",
        "-c:a", "aac", "-profile:a", "aac_low", "-b:a", Number(bitRate), "-threads", "1", "-flush_packets", "1", "-f", "adts", "pipe:1",
    ];

    /// <summary>Bits of the integer PCM in a lossless file, 0 for others. ffmpeg reports it before the first byte of sound.</summary>
    internal int WaitForBitDepth(CancellationToken cancellationToken) =>
        _bitDepth.Task.WaitAsync(cancellationToken).GetAwaiter().GetResult();

    /// <summary>
    /// The loudness from the file's tags. Known after <see cref="WaitForBitDepth"/>, because ffmpeg reports tags first.
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
    /// Raises the CPU limit to the duration of the sound it has given, plus a margin. The system ends a process that uses more.
    /// </summary>
    internal void Grant(TimeSpan sound)
    {
        if (sound - _granted >= GrantStep && !_process.HasExited)
        {
            _granted = sound;
            ChildLimits.SetProcessorTime(_process.Id, _freeWork + sound);
        }
    }

    /// <summary>Waits for ffmpeg to exit after its output ended. Returns the error without a full stop, or null.</summary>
    internal string? WaitForProblem()
    {
        // A child that has closed its output is about to exit; otherwise it is killed here.
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        // Once more without a limit: only then have all lines of standard error been read.
        _process.WaitForExit();
        lock (_gate)
        {
            return _process.ExitCode switch
            {
                0 => null,
                EndedBySignal or EndedAfterSignals => TookTooLong,
                _ when _wasStopped => TookTooLong,
                int code => _problem ?? $"ffmpeg exited with code {code}",
            };
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    /// <summary>Kills ffmpeg and waits until it has exited.</summary>
    internal void Kill()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has already exited.
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
        string input = arguments[Array.IndexOf(arguments, "-i") + 1];
        return new FfmpegProcess(ChildStart.Run(start, lent), input, freeWork);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Finds the program on PATH; never in the working directory.</summary>
    private static string? Find(string? searchPath)
    {
        string name = OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg";
        return (searchPath ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>
    /// The text of an error without the name of the input, which may hold any character: the message that uses it has the file's name.
    /// </summary>
    private string WithoutInput(string line)
    {
        string text = line.Replace($"{_input}: ", "", StringComparison.Ordinal).Replace($" {_input}", "", StringComparison.Ordinal);
        return text[(text.LastIndexOf(']') + 1)..].Trim().TrimEnd('.');
    }

    /// <summary>Reads a line of standard error, such as <c>[info]   Stream #0:0: Audio: alac, 44100 Hz, stereo, s16p</c>.</summary>
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
            string text = WithoutInput(line);
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
