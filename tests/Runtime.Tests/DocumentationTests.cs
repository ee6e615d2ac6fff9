using System.Text.RegularExpressions;
using Xunit;

namespace Minirun.Runtime.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_key_of_a_container_file_is_in_its_table_and_no_other()
    {
        string code = File.ReadAllText(Path.Combine(Checkout.Root, "src", "Cli", "ContainerFiles", "FileKeys.cs"));
        string page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "container-file.md"));
        IEnumerable<string> keys = Regex.Matches(code, @"^ {8}(?:new|One|Each|Mode|FilePath)\(""([a-z_]+)""", RegexOptions.Multiline).Select(match => match.Groups[1].Value);
        IEnumerable<string> table = Regex.Matches(page, @"^\| (`[^|]+`) \|", RegexOptions.Multiline)
            .SelectMany(row => Regex.Matches(row.Groups[1].Value, "`([a-z_]+)`").Select(match => match.Groups[1].Value));
        Assert.Equal(keys.Order(), table.Order());
    }
}
