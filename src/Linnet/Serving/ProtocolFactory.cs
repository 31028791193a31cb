namespace Linnet.Serving;

/// <summary>Opens a protocol's ports and makes the protocol.</summary>
/// <param name="context">The parts of the server that the protocol uses.</param>
/// <exception cref="ArgumentException">Its options have problems.</exception>
/// <exception cref="PortException">A port cannot be opened. Ports opened before are closed again.</exception>
internal delegate IServedProtocol ProtocolFactory(ServingContext context);
