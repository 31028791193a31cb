namespace Linnet.Server.Endpoints;

/// <summary>Marks the endpoint of streams and pushes, whose path has one segment below the prefix.</summary>
internal sealed class AudioMetadata;
