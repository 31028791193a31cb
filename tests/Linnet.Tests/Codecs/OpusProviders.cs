using Linnet.Codecs.Opus;
using Linnet.Native;

namespace Linnet.Tests.Codecs;

/// <summary>The libraries that tests compare.</summary>
internal static class OpusProviders
{
    /// <summary>Skips the test where the library is not installed.</summary>
    internal static void SkipIfMissing(OpusProvider provider) => Assert.SkipWhen(
        provider == OpusProvider.Native && !NativeLibraries.IsAvailable(NativeLibraries.Opus), "needs libopus");
}
