namespace Linnet.Server.Endpoints;

/// <summary>Marks an endpoint of pages whose answers have no end, so no time limit.</summary>
internal sealed class LongAnswer;
