using Minirun.Cli.Output;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Minirun.Cli.ContainerFiles;

/// <summary>
/// From YAML's events to nodes, with bounds: depth, number, and the number that aliases stand for (a few lines of aliases can mean billions
/// of nodes). Anchors, aliases and merge keys work; keys are plain texts, each once.
/// </summary>
internal sealed class YamlLoader
{
    private const int MostNodes = 100_000, Deepest = 32;
    private const string Core = "tag:yaml.org,2002:";

    private readonly string _file;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, FileNode> _anchors = [];
    private int _count;

    private YamlLoader(string text, string file)
    {
        _file = file;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The document of a text; null when it is empty.</summary>
    public static FileNode? Load(string text, string file)
    {
        var loader = new YamlLoader(text, file);
        try
        {
            return loader.Document();
        }
        catch (YamlException error)
        {
            if (Tab(text, error.Start.Line, error.End.Line) is { } tab)
                throw new UserErrorPlace(file, tab.Line, tab.Column).Error("not YAML: a tab in the indentation", "indent with spaces");
            throw new UserErrorPlace(file, error.Start.Line, error.Start.Column).Error("not YAML: " + Sentence(error.Message), Hint);
        }
        // The scanner lets these through on some bad input, without a place: where it had got to is near.
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            throw loader.At(loader._parser.Current).Error("not YAML", Hint);
        }
    }

    private const string Hint = "check the indentation, and that texts with : # { [ * & ! are in quotes";

    /// <summary>
    /// The first tab that a line of these begins with, which YAML forbids; null: there is none. The scanner tells where the text begins
    /// that it took the line for a part of.
    /// </summary>
    private static (int Line, int Column)? Tab(string text, long first, long last)
    {
        string[] lines = text.Split('\n');
        for (int line = (int)first; line <= last && line <= lines.Length; line++)
        {
            string indentation = lines[line - 1][..^lines[line - 1].TrimStart().Length];
            if (indentation.IndexOf('\t') is >= 0 and var at) return (line, at + 1);
        }
        return null;
    }

    private static string Sentence(string message)
    {
        string text = message.Trim().TrimEnd('.').ReplaceLineEndings(" ");
        return text.Length > 1 && char.IsUpper(text[0]) && !char.IsUpper(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    private FileNode? Document()
    {
        ParsingEvent next = Next();
        while (next is StreamStart or Comment) next = Next();
        if (next is StreamEnd) return null;
        FileNode root = Node(Next(), 0);
        next = Next();
        if (next is DocumentEnd) next = Next();
        return next is StreamEnd ? root : throw At(next).Error("a second document", "one file is one container: split it at the ---");
    }

    private FileNode Node(ParsingEvent at, int depth)
    {
        Count(1, at);
        if (depth > Deepest) throw At(at).Error("nested too deeply", $"a container file needs four levels, and has {Deepest} at most");
        if (at is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag } && !tag.Value.StartsWith(Core, StringComparison.Ordinal))
            throw At(at).Error($"tag '{tag.Value}' is not supported", "leave it out");
        if (at is AnchorAlias alias) return Alias(alias);
        FileNode node = at switch
        {
            Scalar scalar => Text(scalar),
            SequenceStart => List(at, depth),
            MappingStart => Map(at, depth),
            _ => throw At(at).Error("not YAML", Hint),
        };
        if (at is NodeEvent { Anchor.IsEmpty: false } named) _anchors[named.Anchor] = node;
        return node;
    }

    private FileNode Alias(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out FileNode? node))
            throw At(alias)
                .Error($"no anchor '&{alias.Value}' stands before this alias", "anchors stand above their aliases, such as in an x- key");
        Count(node.Weight, alias);
        return node;
    }

    private FileNode Text(Scalar scalar)
    {
        // A program's arguments end at a zero: what follows it would be lost without a word.
        if (scalar.Value.Contains('\0')) throw At(scalar).Error("a zero character (\\0) in a text", "leave it out");
        bool isNull = scalar is { Style: ScalarStyle.Plain, IsPlainImplicit: true, Value: "" or "~" or "null" or "Null" or "NULL" };
        return new((int)scalar.Start.Line, (int)scalar.Start.Column) { Text = scalar.Value, IsNull = isNull };
    }

    private FileNode List(ParsingEvent at, int depth)
    {
        List<FileNode> items = [];
        for (ParsingEvent next = Next(); next is not SequenceEnd; next = Next()) items.Add(Node(next, depth + 1));
        return new((int)at.Start.Line, (int)at.Start.Column) { Items = items, Weight = 1 + items.Sum(item => item.Weight) };
    }

    private FileNode Map(ParsingEvent at, int depth)
    {
        List<(FileNode Key, FileNode Value)> entries = [];
        List<FileNode> merged = [];
        HashSet<string> keys = [];
        for (ParsingEvent next = Next(); next is not MappingEnd; next = Next())
        {
            FileNode key = Node(next, depth + 1);
            if (key.Text is not { } name || key.IsNull) throw At(next).Error("a key that is not text", Hint);
            if (!keys.Add(name)) throw At(next).Error($"{name}: twice in one map", "leave one of them");
            FileNode value = Node(Next(), depth + 1);
            if (name == "<<" && next is Scalar { Style: ScalarStyle.Plain }) merged.AddRange(value.Items ?? [value]);
            else entries.Add((key, value));
        }
        // The map's own keys win over merged ones, and earlier merged ones over later (yaml.org/type/merge).
        foreach (FileNode other in merged) Merge(other, entries, keys, at);
        return new((int)at.Start.Line, (int)at.Start.Column)
        {
            Entries = entries,
            Weight = 1 + entries.Sum(entry => 1 + entry.Value.Weight)
        };
    }

    private void Merge(FileNode other, List<(FileNode Key, FileNode Value)> entries, HashSet<string> keys, ParsingEvent at)
    {
        if (other.Entries is null) throw other.In(_file).Error("<<: only a map, or a list of maps, can be merged", "write <<: *NAME");
        Count(other.Weight, at);
        foreach (var entry in other.Entries)
            if (keys.Add(entry.Key.Text!)) entries.Add(entry);
    }

    private ParsingEvent Next() =>
        _parser.MoveNext() ? _parser.Current! : throw At(_parser.Current).Error("not YAML: it ends too early", Hint);

    private void Count(int nodes, ParsingEvent at)
    {
        _count += nodes;
        if (_count > MostNodes)
            throw At(at).Error($"more than {MostNodes} pieces, with aliases written out", "a container file is a page of YAML");
    }

    private UserErrorPlace At(ParsingEvent? at) => new(_file, at?.Start.Line ?? 1, at?.Start.Column ?? 1);
}
