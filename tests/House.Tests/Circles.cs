namespace Minirun.House.Tests;

/// <summary>Circles of references: the strongly connected parts of a graph that have more than one node (Tarjan, 1972).</summary>
public sealed class Circles
{
    private readonly ILookup<string, string> _edges;
    private readonly Dictionary<string, (int Index, int Low)> _seen = [];
    private readonly Stack<string> _open = [];
    private readonly HashSet<string> _isOpen = [];
    private readonly List<string[]> _found = [];

    private Circles(IEnumerable<(string From, string To)> edges) =>
        _edges = edges.Where(edge => edge.From != edge.To).Distinct().ToLookup(edge => edge.From, edge => edge.To);

    /// <summary>Every circle, its nodes in order of their names.</summary>
    public static IReadOnlyList<string[]> Find(IEnumerable<(string From, string To)> edges)
    {
        var circles = new Circles(edges);
        foreach (string node in circles._edges.Select(group => group.Key).Order(StringComparer.Ordinal))
        {
            if (!circles._seen.ContainsKey(node)) { circles.Visit(node); }
        }
        return circles._found;
    }

    private void Visit(string node)
    {
        int index = _seen.Count;
        int low = index;
        _seen[node] = (index, low);
        _open.Push(node);
        _isOpen.Add(node);
        foreach (string next in _edges[node])
        {
            if (!_seen.ContainsKey(next)) { Visit(next); low = Math.Min(low, _seen[next].Low); }
            else if (_isOpen.Contains(next)) { low = Math.Min(low, _seen[next].Index); }
        }
        _seen[node] = (index, low);
        if (low == index) { Close(node); }
    }

    private void Close(string node)
    {
        var circle = new List<string>();
        string taken;
        do
        {
            taken = _open.Pop();
            _isOpen.Remove(taken);
            circle.Add(taken);
        }
        while (taken != node);
        if (circle.Count > 1) { _found.Add([.. circle.Order(StringComparer.Ordinal)]); }
    }
}
