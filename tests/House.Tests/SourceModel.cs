using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Minirun.House.Tests;

/// <summary>One use of a name: the file that uses it, the file that declares it (paths below src, with slashes), and the name.</summary>
public sealed record Use(string From, string To, string Name);

/// <summary>The sources of some assemblies as the compiler understands them: which file uses what of which other file.</summary>
public sealed class SourceModel
{
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private readonly Dictionary<string, CSharpCompilation> _compilations = [];

    /// <summary>
    /// Reads assemblies: name of the folder below the root, and the names of the assemblies that it references, which must stand before it.
    /// </summary>
    /// <param name="files">Path below the root with slashes (`Runtime/Plan/Planner.cs`) and text of each source file.</param>
    public SourceModel(IReadOnlyList<(string Name, string[] References)> assemblies, IReadOnlyList<(string Path, string Text)> files)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        foreach ((string name, string[] references) in assemblies)
        {
            IEnumerable<SyntaxTree> trees = files.Where(file => file.Path.StartsWith(name + "/", StringComparison.Ordinal))
                .Select(file => CSharpSyntaxTree.ParseText(file.Text, options, file.Path));
            // Whether a type is internal or public is the compiler's to check, not ours: everything is one friend.
            string friends = string.Concat(assemblies.Select(other =>
                $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{other.Name}\")]\n"));
            CSharpCompilation compilation = CSharpCompilation.Create(
                name,
                [.. trees, CSharpSyntaxTree.ParseText(GlobalUsings + friends, options, "GlobalUsings.cs")],
                [.. s_framework, .. references.Select(reference => _compilations[reference].ToMetadataReference())],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
            s_generators.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out _);
            _compilations[name] = (CSharpCompilation)generated;
        }
    }

    /// <summary>Every use of one file by another one, each name once.</summary>
    public IReadOnlyList<Use> FindUses() => [.. _compilations.Values.AsParallel().SelectMany(FindUses).Distinct()
        .OrderBy(use => use.From, StringComparer.Ordinal).ThenBy(use => use.To, StringComparer.Ordinal)
            .ThenBy(use => use.Name, StringComparer.Ordinal)];

    /// <summary>Names that could not be bound: while there are any, uses may be missing.</summary>
    public IReadOnlyList<string> FindUnknownNames() =>
        [.. _compilations.Values.AsParallel().SelectMany(compilation => compilation.GetDiagnostics())
        .Where(diagnostic => diagnostic.Id is "CS0103" or "CS0234" or "CS0246" or "CS0117" or "CS1061")
        .Select(diagnostic => diagnostic.ToString()).Order(StringComparer.Ordinal)];

    private const string GeneratorName = "JsonGenerator";

    private static readonly GeneratorDriver s_generators = CSharpGeneratorDriver.Create(FindGenerators());

    private static ISourceGenerator[] FindGenerators()
    {
        string path =
            typeof(SourceModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == GeneratorName).Value!;
        return [.. Assembly.LoadFrom(path).GetTypes().Where(type => type.IsDefined(typeof(GeneratorAttribute)) && !type.IsAbstract)
            .Select(type => Activator.CreateInstance(type) is IIncrementalGenerator incremental
                ? incremental.AsSourceGenerator() : (ISourceGenerator)Activator.CreateInstance(type)!)];
    }

    private static bool IsSource(string file) => file != "GlobalUsings.cs" && !file.EndsWith(".g.cs", StringComparison.Ordinal);

    private static readonly ImmutableArray<MetadataReference> s_framework = FindFramework();

    private static ImmutableArray<MetadataReference> FindFramework() => [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Where(path => !Path.GetFileName(path).StartsWith("Minirun.", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path))];

    private static IEnumerable<Use> FindUses(CSharpCompilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees.Where(tree => IsSource(tree.FilePath)))
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
            {
                if (FindSymbol(model, node) is not { } symbol || IsInUsing(node)) { continue; }
                foreach (string file in Declaring(symbol)
                    .Where(file => file != tree.FilePath)) { yield return new Use(tree.FilePath, file, Describe(symbol)); }
            }
        }
    }

    /// <summary>What a node names. An object creation without its type's name (`new(…)`) names the type all the same.</summary>
    private static ISymbol? FindSymbol(SemanticModel model, SyntaxNode node)
    {
        if (node is not (SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax)) { return null; }
        SymbolInfo info = model.GetSymbolInfo(node);
        ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        if (symbol is IMethodSymbol { ReducedFrom: { } extension }) { symbol = extension; }
        return symbol?.OriginalDefinition;
    }

    private static bool IsInUsing(SyntaxNode node) => node.FirstAncestorOrSelf<UsingDirectiveSyntax>() is not null;

    /// <summary>The file that declares a member, or a type's first file. Namespaces, locals and parameters have none.</summary>
    private static IEnumerable<string> Declaring(ISymbol symbol)
    {
        if (symbol is not (INamedTypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol)) { return []; }
        return symbol.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath).Where(IsSource)
            .Order(StringComparer.Ordinal).Take(1);
    }

    private static string Describe(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } method => method.ContainingType.Name,
        INamedTypeSymbol type => type.Name,
        _ => $"{symbol.ContainingType?.Name}.{symbol.Name}",
    };
}
