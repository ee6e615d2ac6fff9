namespace Minirun.Engine.Logs.Reading;

/// <summary>Finds the last lines of a file from its end.</summary>
internal static class Tail
{
    /// <summary>Goes to where the last lines begin.</summary>
    /// <returns>How many there are, at most as many as are wanted.</returns>
    public static int Seek(FileStream file, int wanted)
    {
        byte[] block = new byte[64 * 1024];
        long at = file.Length;
        int feeds = 0;
        while (at > 0)
        {
            int length = (int)Math.Min(block.Length, at);
            at -= length;
            file.Position = at;
            file.ReadExactly(block, 0, length);
            for (int index = length; (index = block.AsSpan(0, index).LastIndexOf((byte)'\n')) >= 0;)
            {
                // This line feed ends the line before the ones that are wanted.
                if (feeds++ < wanted) continue;
                file.Position = at + index + 1;
                return wanted;
            }
        }
        file.Position = 0;
        return feeds;
    }
}
