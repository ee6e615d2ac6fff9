using System.Text;

namespace Minirun.Cli.Tests.Support;

/// <summary>Reads one stream to its end on a thread of its own; what came so far can be had at any time.</summary>
internal sealed class Output
{
    private readonly StringBuilder _text = new();
    private readonly Thread _reader;

    public Output(StreamReader stream)
    {
        _reader = new Thread(() => Read(stream)) { IsBackground = true };
        _reader.Start();
    }

    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    /// <summary>Waits for the end of the stream.</summary>
    public bool Wait(TimeSpan time) => _reader.Join(time);

    private void Read(StreamReader stream)
    {
        char[] buffer = new char[4096];
        try
        {
            for (int count; (count = stream.Read(buffer)) > 0;)
                lock (_text) _text.Append(buffer, 0, count);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The program was disposed of.
        }
    }
}
