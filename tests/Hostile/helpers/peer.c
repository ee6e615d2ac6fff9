// peer PORT, inside: tells everybody who connects which address he is seen with.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char text[64];
    int one = 1, server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[argc - 1])) };
    socklen_t length;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server, (struct sockaddr *)&address, sizeof address) != 0 || listen(server, 5) != 0) { perror("peer"); return 1; }
    for (;;) {
        length = sizeof address;
        int caller = accept(server, (struct sockaddr *)&address, &length);
        if (caller < 0) continue;
        inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
        dprintf(caller, "%s\n", text);
        close(caller);
    }
}
