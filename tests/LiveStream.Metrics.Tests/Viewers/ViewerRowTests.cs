using System.Runtime.CompilerServices;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Viewers;

/// <summary>Facts share words: setting one changes no other.</summary>
public sealed class ViewerRowTests
{
    private static readonly ViewerFlags[] Flags =
        [ViewerFlags.Left, ViewerFlags.Returned, ViewerFlags.NewViewerKnown, ViewerFlags.ChannelKnown, ViewerFlags.NewBuyerKnown];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryFactIsItsOwn(int seed)
    {
        var random = new Random(seed);
        var largestMs = (int)EngineOptions.MaxSessionMs + EngineOptions.HopMs;
        for (var round = 0; round < 300; round++)
        {
            var firstMs = random.Next(largestMs);
            var row = new ViewerRow { Key = Made.Key(round) };
            row.BeginActivity(firstMs);
            var (last, level, interaction, inactive, head, side) = (firstMs, 0, DistinctCells.Never, false, 0, (int?)null);
            var set = new HashSet<ViewerFlags>();
            for (var i = 0; i < 60; i++)
            {
                switch (random.Next(7))
                {
                    case 0:
                        row.LastMs = last = random.Next(largestMs);
                        break;
                    case 1:
                        row.SurvivalLevel = level = random.Next(6);
                        break;
                    case 2:
                        row.InteractionSecond = interaction = random.Next(largestMs / 1000);
                        break;
                    case 3:
                        row.IsInactive = inactive = random.Next(2) == 0;
                        break;
                    case 4 when side is null:
                        row.Head = head = random.Next(largestMs + 1);
                        break;
                    case 5 when i > 40:
                        row.Side = random.Next();
                        side = row.Side;
                        break;
                    default:
                        Toggle(ref row, set, Flags[random.Next(Flags.Length)]);
                        break;
                }

                Assert.Equal((Made.Key(round), firstMs, last, level), (row.Key, row.FirstMs, row.LastMs, row.SurvivalLevel));
                Assert.Equal((interaction, inactive, side is not null), (row.InteractionSecond, row.IsInactive, row.HasSide));
                Assert.Equal(side ?? head, row.HasSide ? row.Side : row.Head);
                Assert.All(Flags, f => Assert.Equal(set.Contains(f), row.Has(f)));
            }
        }
    }

    [Fact]
    public void TakesTwentyFourBytes() => Assert.Equal(24, Unsafe.SizeOf<ViewerRow>());

    private static void Toggle(ref ViewerRow row, HashSet<ViewerFlags> set, ViewerFlags flag)
    {
        if (set.Add(flag))
        {
            row.Set(flag);
        }
        else
        {
            set.Remove(flag);
            row.Clear(flag);
        }
    }
}
