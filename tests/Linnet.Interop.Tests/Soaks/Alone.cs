namespace Linnet.Interop.Tests.Soaks;

/// <summary>Tests that use both cores of a small machine: no other test runs in parallel.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
