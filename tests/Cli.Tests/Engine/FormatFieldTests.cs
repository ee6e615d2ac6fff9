using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A field that is not there is an error of every verb that lists, whether there is something to list or not.</summary>
public sealed class FormatFieldTests : IDisposable
{
    private readonly EngineRoot _root = new();

    /// <summary>Each with a field that it has.</summary>
    private static readonly List<(string Verb, string Field)> s_verbs =
    [
        ("ps -a", "Names"), ("container ls -a", "Names"), ("container list -a", "Status"), ("volume ls", "Name"), ("volume list", "Driver"),
        ("network ls --filter name=no-such-one", "Subnet"), ("stats --no-stream", "CPUPerc"),
        ("events --stream=false", "Actor.Attributes.name"), ("system events --stream=false", "Action"), ("system df", "Type"),
        ("info", "Containers"), ("system info", "NCPU"),
    ];

    private static readonly string[] s_wrong =
        ["{{.NoSuchField}}", "table {{.NoSuchField}}", "{{json .NoSuchField}}", "x{{len .NoSuchField}}"];

    [Fact]
    public void It_is_one_without_rows_too()
    {
        foreach (var (verb, field) in s_verbs)
        {
            foreach (string wrong in s_wrong)
                Assert.Equal("", Format(verb, wrong).Fails(125, "there is no field NoSuchField", "there are ").Out);
            Format(verb, $"{{{{.{field}}}}}").Succeeds();
            Format(verb, $"{{{{json .{field}}}}}").Succeeds();
        }
    }

    /// <summary>A verb that comes later is in the list.</summary>
    [Fact]
    public void All_verbs_that_list_are_known_here()
    {
        List<string> unknown = [];
        foreach (string group in (string[])["", "volume ", "network ", "system "])
            foreach (string verb in MissingTests.VerbsOf(Help(group)))
            {
                string help = Help(group + verb);
                bool lists = help.Contains("--format FORMAT") && help.Split('\n')[0].TrimEnd().EndsWith("[OPTIONS]");
                if (lists && !s_verbs.Exists(each => $"{each.Verb} ".StartsWith($"{group}{verb} "))) unknown.Add(group + verb);
            }
        Assert.Empty(unknown);
    }

    private string Help(string verb) => _root.Run([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Succeeds().Out;

    public void Dispose() => _root.Dispose();

    private Result Format(string verb, string text) => _root.Run([.. verb.Split(' '), "--format", text]);
}
