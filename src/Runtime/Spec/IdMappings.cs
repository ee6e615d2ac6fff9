namespace Minirun.Runtime.Spec;

/// <summary>Id maps of a document: what the kernel would refuse with no more than EINVAL (user_namespaces(7)).</summary>
internal static class IdMappings
{
    private const int Most = 340;

    public static void Check(List<OciIdMapping>? maps, string at)
    {
        if (maps is null) return;
        if (maps.Count > Most) throw Problem.At(at, $"{maps.Count} lines, and the kernel takes {Most}");
        for (int i = 0; i < maps.Count; i++)
        {
            OciIdMapping map = maps[i] ?? throw Problem.At($"{at}[{i}]", "null is not a map");
            if (map.Size == 0) throw Problem.At($"{at}[{i}].size", "0 maps nothing");
            // The last id stands for "none".
            if ((ulong)map.ContainerID + map.Size > uint.MaxValue) throw Problem.At($"{at}[{i}].size", "ends beyond the last id there is");
            if ((ulong)map.HostID + map.Size > uint.MaxValue) throw Problem.At($"{at}[{i}].size", "ends beyond the last id of the host");
            for (int j = 0; j < i; j++)
                if (Overlap(map.ContainerID, maps[j].ContainerID, map.Size, maps[j].Size)
                    || Overlap(map.HostID, maps[j].HostID, map.Size, maps[j].Size))
                    throw Problem.At($"{at}[{i}]", $"maps ids that {at}[{j}] maps too");
        }
    }

    private static bool Overlap(ulong one, ulong two, ulong sizeOne, ulong sizeTwo) => one < two + sizeTwo && two < one + sizeOne;
}
