using Minirun.Runtime.State;
using Xunit;

namespace Minirun.Runtime.Tests.State;

public sealed class ContainerRecordTests
{
    [Fact]
    public void The_time_is_one_that_any_reader_of_rfc_3339_takes()
    {
        string now = ContainerRecord.Now();
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z$", now);
        Assert.InRange(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddMinutes(-1),
            DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("A.b-c_d+e")]
    [InlineData("...")]
    public void A_name_is_an_id(string id) => Assert.Equal(id, ContainerId.Check(id));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    public void What_could_be_another_path_is_no_id(string id) => Assert.Throws<UserError>(() => ContainerId.Check(id));
}
