using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Minirun.Clients.Containerd.Cri;

/// <summary>What the kubelet talks to: gRPC calls of Kubernetes' runtime service, over a unix socket.</summary>
internal sealed class RuntimeService(string socket) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    { Timeout = TimeSpan.FromMinutes(2) };

    public Answer Call(string method, Message request) => CallAsync(method, request).GetAwaiter().GetResult();

    public void Dispose() => _http.Dispose();

    private async Task<Answer> CallAsync(string method, Message message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/runtime.v1.RuntimeService/" + method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(message.Framed()),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage response = await _http.SendAsync(request);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        int status = int.Parse(Header(response, "grpc-status") ?? "2");
        if (status != 0) throw new CriException(status, $"{method}: {Uri.UnescapeDataString(Header(response, "grpc-message") ?? "")}");
        return new Answer(body.AsSpan(5));
    }

    /// <summary>An error without an answer comes in the headers, everything else after the answer.</summary>
    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values)
            ? values.First()
            : null;
}
