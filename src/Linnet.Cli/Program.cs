using Linnet.Cli;
using Linnet.Cli.Outputs;

if (!FewestFiles.AreAllowed())
{
    return ExitCode.Failed;
}

StartedDescriptors.Ensure();
Heaps.Limit();
using IDisposable? console = OperatingSystem.IsWindows() ? WindowsConsole.Prepare() : null;
using var interrupt = new Interrupt();
using var outputs = ProgramOutputs.OfThisProcess(Shell.HasTerminal);
int code = await CommandLine.RunAsync(args, Shell.OfThisProcess(outputs), interrupt.Token);
await outputs.EndAsync(code);
return code;
