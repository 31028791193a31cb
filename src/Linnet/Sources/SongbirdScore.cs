namespace Linnet.Sources;

/// <summary>One note of the song: a whistle after a rest.</summary>
/// <param name="Rest">Silence before it, in frames.</param>
/// <param name="Length">Its duration, in frames.</param>
/// <param name="From">Pitch at the beginning, in Hz.</param>
/// <param name="To">Pitch at the end, in Hz.</param>
/// <param name="Bend">How far the pitch bends up (or down) half-way, in Hz.</param>
/// <param name="TrillRate">Trill frequency, in Hz.</param>
/// <param name="TrillDepth">Trill amplitude, in Hz.</param>
/// <param name="Level">Peak, in units of full scale.</param>
/// <param name="Pan">Stereo position: −1 is left, 1 is right.</param>
internal readonly record struct SongbirdNote(
    int Rest, int Length, double From, double To, double Bend, double TrillRate, double TrillDepth, float Level, float Pan);

/// <summary>Composes the phrases of Linnet's song: two birds, one near, and one that answers now and then from further away.</summary>
/// <remarks>Each phrase depends only on its number. After <see cref="Phrases"/> of them, the song starts again.</remarks>
internal static class SongbirdScore
{
    /// <summary>Number of phrases before the song repeats: about ten hours.</summary>
    internal const int Phrases = 8192;

    private const int SampleRate = 48_000;

    /// <summary>Appends phrase <paramref name="number"/> to <paramref name="notes"/>.</summary>
    internal static void Write(int number, List<SongbirdNote> notes)
    {
        var dice = new Dice((uint)number);
        Bird bird = number % 3 == 2 ? new Bird(Pitch: 0.86, Level: 0.5f, Pan: 0.5f) : new Bird(Pitch: 1, Level: 1, Pan: -0.3f);
        int first = notes.Count;
        int motifs = dice.Between(3, 6);
        for (int i = 0; i < motifs; i++)
        {
            int opening = notes.Count;
            switch (dice.Between(0, 4))
            {
                case 0:
                    Twitter(notes, ref dice, bird);
                    break;
                case 1:
                    Trill(notes, ref dice, bird);
                    break;
                case 2:
                    Glide(notes, ref dice, bird);
                    break;
                case 3:
                    Buzz(notes, ref dice, bird);
                    break;
                default:
                    Call(notes, ref dice, bird);
                    break;
            }

            notes[opening] = notes[opening] with { Rest = Frames(dice.Between(60, 170)) };
        }

        int pause = number == 0 ? 100 : dice.Between(700, 2200);
        notes[first] = notes[first] with { Rest = Frames(pause) };
    }

    /// <summary>Quick falling chirps, in a series that slowly rises or falls.</summary>
    private static void Twitter(List<SongbirdNote> notes, ref Dice dice, Bird bird)
    {
        int count = dice.Between(4, 9);
        double pitch = dice.Between(3600, 5200);
        double step = dice.Between(-160, 160);
        for (int i = 0; i < count; i++, pitch += step)
        {
            Add(notes, bird, rest: dice.Between(24, 40), length: dice.Between(42, 62), pitch + 900, pitch - 500, bend: 0, level: 0.30f);
        }
    }

    /// <summary>Two alternating pitches, faster than one can count.</summary>
    private static void Trill(List<SongbirdNote> notes, ref Dice dice, Bird bird)
    {
        int count = 2 * dice.Between(5, 10);
        double low = dice.Between(2900, 3900);
        double high = low * (1 + (dice.Between(8, 22) / 100.0));
        for (int i = 0; i < count; i++)
        {
            // Swells to the middle of the trill and fades again.
            float level = 0.14f + (0.12f * (float)Math.Sin(Math.PI * (i + 0.5) / count));
            double pitch = i % 2 == 0 ? high : low;
            Add(notes, bird, rest: 9, length: 33, pitch, pitch * 0.97, bend: 120, level);
        }
    }

    /// <summary>A long whistle from one pitch to another.</summary>
    private static void Glide(List<SongbirdNote> notes, ref Dice dice, Bird bird)
    {
        double from = dice.Between(2300, 3400);
        double to = from * (dice.Between(0, 1) == 0 ? 0.72 : 1.42);
        Add(notes, bird, rest: 90, length: dice.Between(190, 360), from, to, bend: dice.Between(-250, 350), level: 0.22f, trillRate: 11,
            trillDepth: 22);
    }

    /// <summary>One rough note with a shaking pitch.</summary>
    private static void Buzz(List<SongbirdNote> notes, ref Dice dice, Bird bird)
    {
        double pitch = dice.Between(3300, 4300);
        Add(notes, bird, rest: 80, length: dice.Between(150, 240), pitch, pitch * 0.86, bend: 0, level: 0.20f,
            trillRate: dice.Between(48, 72), trillDepth: dice.Between(180, 320));
    }

    /// <summary>A high note, then a low one: the bird's call to others.</summary>
    private static void Call(List<SongbirdNote> notes, ref Dice dice, Bird bird)
    {
        double pitch = dice.Between(3900, 4900);
        int times = dice.Between(1, 3);
        for (int i = 0; i < times; i++)
        {
            Add(notes, bird, rest: 110, length: dice.Between(80, 110), pitch, pitch * 1.12, bend: 200, level: 0.26f);
            Add(notes, bird, rest: 26, length: dice.Between(130, 190), pitch * 0.78, pitch * 0.66, bend: 150, level: 0.22f);
        }
    }

    private static void Add(
        List<SongbirdNote> notes, Bird bird, int rest, int length, double from, double to, double bend, float level, double trillRate = 0,
        double trillDepth = 0) =>
        notes.Add(new SongbirdNote(
            Frames(rest), Frames(length), from * bird.Pitch, to * bird.Pitch, bend * bird.Pitch, trillRate, trillDepth, level * bird.Level,
            bird.Pan));

    private static int Frames(int ms) => ms * (SampleRate / 1000);

    private readonly record struct Bird(double Pitch, float Level, float Pan);

    /// <summary>The same numbers on every system and version, which <see cref="Random"/> does not guarantee.</summary>
    /// <remarks>Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): SplitMix64.</remarks>
    private struct Dice(uint seed)
    {
        private ulong _state = (seed + 1) * 0x9E37_79B9_7F4A_7C15UL;

        /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>, both inclusive.</summary>
        public int Between(int min, int max)
        {
            _state += 0x9E37_79B9_7F4A_7C15UL;
            ulong z = _state;
            z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EBUL;
            z ^= z >> 31;
            return min + (int)(z % (ulong)(max - min + 1));
        }
    }
}
