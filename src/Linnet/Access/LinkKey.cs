namespace Linnet.Access;

/// <summary>A key that signs links.</summary>
/// <param name="Id">Which key it is, in each link: 1–16 letters and digits.</param>
/// <param name="Secret">At least 16 random bytes.</param>
public sealed record LinkKey(string Id, ReadOnlyMemory<byte> Secret)
{
    /// <summary>The identifier alone.</summary>
    public override string ToString() => Id;
}
