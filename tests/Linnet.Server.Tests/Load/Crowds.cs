namespace Linnet.Server.Tests.Load;

/// <summary>
/// Tests with many sockets run alone: memory is the process's, and a datagram for a listener of one that has closed its socket could reach
/// whoever got its port in another.
/// </summary>
[CollectionDefinition(nameof(Crowds), DisableParallelization = true)]
public sealed class Crowds;
