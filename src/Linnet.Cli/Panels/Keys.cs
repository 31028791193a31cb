namespace Linnet.Cli.Panels;

/// <summary>Hands the keys that are pressed to a program that draws meanwhile.</summary>
internal static class Keys
{
    /// <summary>The key that ends what runs.</summary>
    public const char Quit = 'q';

    /// <summary>Starts to read; ends with the process, which gives the terminal back as it was.</summary>
    /// <param name="pressed">Called for each key, on a thread of its own.</param>
    public static void Listen(Action<char> pressed)
    {
        // Nothing else can wait for a key and for an end at once; a background thread keeps no process alive.
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
                // The terminal is gone, or is none any more: no keys, then. Nothing else ends with them.
            }
        }
    }
}
