namespace Linnet.Cli.Panels;

/// <summary>Passes pressed keys to a program while it draws.</summary>
internal static class Keys
{
    /// <summary>The key that quits.</summary>
    public const char Quit = 'q';

    /// <summary>Starts reading keys. Reading ends with the process, which restores the terminal.</summary>
    /// <param name="pressed">Called for each key, on a separate thread.</param>
    public static void Listen(Action<char> pressed)
    {
        // No call can wait for both a key and the end; a background thread does not keep the process alive.
        new Thread(Read) { IsBackground = true, Name = "linnet-keys" }.Start();

        void Read()
        {
            try
            {
                while (true)
                {
                    pressed(char.ToLowerInvariant(Console.ReadKey(intercept: true).KeyChar));
                }
            }
            catch (Exception)
            {
                // The terminal is gone: there are no more keys, but the program continues.
            }
        }
    }
}
