using CsCheck;
using Linnet.Relay.Wire;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Relay.Wire;

public class QuestionTests
{
    [Fact]
    public void Questions_and_answers_are_read_back_equal() => Gen
        .Select(Gen.ULong, Gen.Long[0, BatchHeader.MaxCount], Gen.Long[-OriginClock.MaxTime, OriginClock.MaxTime], Gen.Int[1, int.MaxValue])
        .Sample(static (incarnation, from, since, maxBytes) =>
        {
            var question = new BatchQuestion(incarnation, from, since, maxBytes);
            Assert.True(BatchQuestion.TryRead(question.ToBytes(), out BatchQuestion read));
            Assert.Equal(question, read);

            var answer = new ClockAnswer(from, since);
            Assert.True(ClockAnswer.TryRead(answer.ToBytes(), out ClockAnswer readAnswer));
            Assert.Equal(answer, readAnswer);
        });

    [Fact]
    public void A_question_and_an_answer_are_written_byte_for_byte()
    {
        Assert.Equal(
            "4C4E51010102030405060708000000000000000AFFFFFFFFFFFFFFFF00000100",
            Convert.ToHexString(new BatchQuestion(0x0102030405060708, 10, -1, 256).ToBytes()));
        Assert.Equal("4C4E430100000000000000010000000000000002", Convert.ToHexString(new ClockAnswer(1, 2).ToBytes()));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("4C4E51010102030405060708000000000000000AFFFFFFFFFFFFFFFF000001", "too short")]
    [InlineData("4C4E51010102030405060708000000000000000AFFFFFFFFFFFFFFFF0000010000", "too long")]
    [InlineData("4C4E51020102030405060708000000000000000AFFFFFFFFFFFFFFFF00000100", "another version")]
    [InlineData("4C4E510101020304050607088000000000000000FFFFFFFFFFFFFFFF00000100", "a negative index")]
    [InlineData("4C4E51010102030405060708000000000000000A800000000000000000000100", "a time that overflows")]
    [InlineData("4C4E51010102030405060708000000000000000AFFFFFFFFFFFFFFFF00000000", "an answer of no bytes")]
    public void A_malformed_question_is_refused(string bytes, string why) =>
        Assert.False(BatchQuestion.TryRead(Convert.FromHexString(bytes), out _), why);

    [Fact]
    public void Noise_does_not_throw()
    {
        var noise = new Noise(4223);
        byte[][] samples = [new BatchQuestion(1, 2, 3, 4).ToBytes(), new ClockAnswer(5, 6).ToBytes()];
        int read = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = noise.Mutation(samples);
            read += BatchQuestion.TryRead(bytes, out _) ? 1 : 0;
            read += ClockAnswer.TryRead(bytes, out _) ? 1 : 0;
        }

        Assert.InRange(read, 5_000, 45_000);
    }

    [Fact]
    public void No_name_of_a_station_or_rendition_makes_two_subjects_equal()
    {
        Assert.Equal("linnet.jazz.opus", Subjects.Batches("jazz", "opus"));
        Assert.Equal("linnet.ask.jazz.opus", Subjects.Ask("jazz", "opus"));
        Assert.Equal("linnet.node.n_1.clock", Subjects.Clock("n_1"));
        Assert.NotEqual(Subjects.Batches("node", "clock"), Subjects.Clock("node"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData(">")]
    [InlineData("a.b")]
    [InlineData("a b")]
    [InlineData("")]
    public void A_name_that_would_match_other_subjects_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => Subjects.Batches(name, "opus"));
        Assert.Throws<ArgumentException>(() => Subjects.Ask("jazz", name));
        Assert.Throws<ArgumentException>(() => Subjects.Clock(name));
    }
}
