namespace Linnet;

/// <summary>Which setting helps where something failed. A program that has another name for the setting adds that to the message.</summary>
/// <param name="Setting">The setting, as <c>TYPE.PROPERTY</c> of the library, such as <c>StationServerOptions.RtspPort</c>.</param>
/// <param name="Value">What to set it to; <see langword="null"/>: that depends.</param>
public sealed record SettingAdvice(string Setting, string? Value = null);
