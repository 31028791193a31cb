namespace Linnet.Interop.Tests.Devices;

/// <summary>Tests that share a server run one after another, because each would record what the others play.</summary>
[CollectionDefinition(nameof(PulseServer))]
public sealed class SharedPulseServer : ICollectionFixture<PulseServer>;
