namespace Linnet.Serving;

/// <summary>Opens a protocol's ports and makes the protocol.</summary>
/// <param name="context">What the server has for it.</param>
/// <exception cref="ArgumentException">Its options have problems.</exception>
/// <exception cref="PortException">A port cannot be opened. What it had opened before, it has closed again.</exception>
public delegate IServedProtocol ProtocolFactory(ServingContext context);
