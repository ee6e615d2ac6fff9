using Minirun.Runtime;

namespace Minirun.Engine.Records;

/// <summary>Names for containers whose users do not care: a mood and a computer scientist.</summary>
public static class ContainerNames
{
    private const int Longest = 128;

    private static readonly string[] s_moods =
    [
        "agile", "amber", "brisk", "bright", "calm", "candid", "careful", "cheery", "clever", "cosy", "crisp", "curious", "deft", "eager",
            "early", "fair", "fond", "frank", "fresh", "gentle",
        "glad", "golden", "handy", "hardy", "honest", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucid", "mellow", "merry",
            "mild", "modest", "neat", "nimble", "patient", "placid",
        "plucky", "polite", "proud", "quick", "quiet", "rapid", "ready", "serene", "sharp", "silent", "sincere", "smart", "snug", "sober",
            "steady", "sunny", "swift", "tidy", "warm", "witty",
    ];

    private static readonly string[] s_people =
    [
        "aho", "allen", "backus", "bartik", "bauer", "borg", "brooks", "church", "clarke", "cook", "corbato", "dahl", "diffie", "dijkstra",
            "engelbart", "floyd", "goldberg", "gray", "hamilton", "hamming",
        "hoare", "holberton", "hopper", "kahn", "karp", "kay", "kilburn", "knuth", "lamport", "lampson", "liskov", "lovelace", "mccarthy",
            "milner", "naur", "newell", "nygaard", "perlis", "perlman", "pnueli",
        "rabin", "rivest", "scott", "shannon", "shaw", "sifakis", "spaerck", "stearns", "sutherland", "tarjan", "thacker", "thompson",
            "torvalds", "turing", "ullman", "valiant", "wilkes", "wing", "wirth", "zuse",
    ];

    /// <summary>One of them; the later the attempt, the surer it is that nobody has it.</summary>
    public static string Random(int attempt)
    {
        string name = s_moods[System.Random.Shared.Next(s_moods.Length)] + "_" + s_people[System.Random.Shared.Next(s_people.Length)];
        return attempt < 3 ? name : name + System.Random.Shared.Next(1 << Math.Min(attempt, 30));
    }

    internal static bool IsName(string name)
    {
        bool good = name.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(name[0]);
        foreach (char c in name) good &= char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-';
        return good;
    }

    /// <exception cref="UserError">It is no name.</exception>
    public static void Check(string name)
    {
        if (!IsName(name)) throw new UserError($"--name '{name}': no container name", "a letter or digit, then letters, digits, _ . and -");
    }
}
