namespace Linnet.Interop.Tests.Devices;

/// <summary>Tests that share a server run one after another, since they listen to what others would play.</summary>
[CollectionDefinition(nameof(PulseServer))]
public sealed class SharedPulseServer : ICollectionFixture<PulseServer>;
