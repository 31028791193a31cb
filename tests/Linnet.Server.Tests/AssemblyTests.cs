namespace Linnet.Server.Tests;

public class AssemblyTests
{
    [Fact]
    public void The_library_needs_no_web_framework() =>
        Assert.DoesNotContain(typeof(Linnet.Audio.AudioFormat).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
}
