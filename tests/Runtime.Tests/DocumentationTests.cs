using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_key_of_a_container_file_is_in_its_table_and_no_other()
    {
        string code = File.ReadAllText(Path.Combine(Checkout.Root, "src", "Cli", "ContainerFiles", "FileKeys.cs"));
        string page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "container-file.md"));
        IEnumerable<string> keys = Regex.Matches(code, @"^ {8}(?:new|One|Each|Mode|FilePath)\(""([a-z_]+)""", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value);
        IEnumerable<string> table = Regex.Matches(page, @"^\| (`[^|]+`) \|", RegexOptions.Multiline)
            .SelectMany(row => Regex.Matches(row.Groups[1].Value, "`([a-z_]+)`").Select(match => match.Groups[1].Value));
        Assert.Equal(keys.Order(), table.Order());
    }

    [Fact]
    public void Every_field_of_config_json_has_a_row_in_its_table()
    {
        string page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "oci-config.md"));
        HashSet<string> rows =
            [.. Regex.Matches(page, @"^\| (`[^|]+) \|", RegexOptions.Multiline).SelectMany(row => Paths(row.Groups[1].Value))];
        Assert.DoesNotContain(Fields(typeof(OciSpec), ""), field => !rows.Contains(field));
    }

    [Fact]
    public void Every_flag_of_run_is_in_a_test_and_in_the_docs()
    {
        string code = File.ReadAllText(Path.Combine(Checkout.Root, "src", "Cli", "CommandLine", "RunFlags.cs"));
        string[] flags =
        [
            .. Regex.Matches(code, @"^ {8}(?:Row|Engine)\(""([a-z-]+)""", RegexOptions.Multiline)
                .Select(match => "--" + match.Groups[1].Value),
        ];
        Assert.InRange(flags.Length, 90, 200);
        string[] pages = [.. Directory.GetFiles(Path.Combine(Checkout.Root, "docs"), "*.md").Select(File.ReadAllText)];
        // Commands of the docs are run by tests.
        string tests = string.Join('\n',
            Sources("*.cs").Concat(Sources("*.sh"))
                .Concat(pages.SelectMany(page => page.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)))));
        Assert.DoesNotContain(flags, flag => !Has(tests, flag));
        Assert.DoesNotContain(flags, flag => !pages.Any(page => Has(page, flag)));

        static IEnumerable<string> Sources(string pattern) =>
            Directory.GetFiles(Path.Combine(Checkout.Root, "tests"), pattern, SearchOption.AllDirectories).Select(File.ReadAllText);
        static bool Has(string text, string flag) => Regex.IsMatch(text, $@"(?<![\w-]){flag}(?![\w-])");
    }

    /// <summary>`a.b.c`, `d` stands for a.b.c and a.b.d.</summary>
    private static IEnumerable<string> Paths(string cell)
    {
        string parent = "";
        foreach (Match code in Regex.Matches(cell, @"`([\w.\[\]]+)`"))
        {
            string text = code.Groups[1].Value;
            if (text.LastIndexOf('.') is > 0 and var dot) parent = text[..(dot + 1)];
            else text = parent + text;
            yield return text;
        }
    }

    /// <summary>The fields at the ends of all branches, as the page names them.</summary>
    private static IEnumerable<string> Fields(Type type, string at)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonIgnoreAttribute>() is not null) continue;
            string name = at
                + (property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name));
            Type inner = property.PropertyType;
            if (inner.IsGenericType && inner.IsAssignableTo(typeof(IDictionary))
                && inner.GetGenericArguments()[1].Assembly == typeof(OciSpec).Assembly)
            {
                name += name.EndsWith("timeOffsets", StringComparison.Ordinal) ? ".CLOCK" : ".DEVICE";
                inner = inner.GetGenericArguments()[1];
            }
            else if (inner.IsGenericType && inner.IsAssignableTo(typeof(IList))
                && inner.GetGenericArguments()[0].Assembly == typeof(OciSpec).Assembly)
            {
                if (inner.GetGenericArguments()[0] == typeof(OciHook))
                {
                    yield return name;
                    name = "hooks.KIND";
                }
                name += "[]";
                inner = inner.GetGenericArguments()[0];
            }
            inner = Nullable.GetUnderlyingType(inner) ?? inner;
            if (inner.Assembly != typeof(OciSpec).Assembly) yield return name;
            else foreach (string field in Fields(inner, name + ".")) yield return field;
        }
    }
}
