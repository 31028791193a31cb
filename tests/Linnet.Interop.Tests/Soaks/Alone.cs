namespace Linnet.Interop.Tests.Soaks;

/// <summary>Tests that take both cores of a small machine: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
