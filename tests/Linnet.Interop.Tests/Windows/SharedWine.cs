namespace Linnet.Interop.Tests.Windows;

/// <summary>Tests that share a Wine run one after another: each would record what the others play.</summary>
[CollectionDefinition(nameof(Wine))]
public sealed class SharedWine : ICollectionFixture<Wine>;
