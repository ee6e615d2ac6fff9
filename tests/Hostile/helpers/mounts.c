// mounts DIRECTORY LOG, as a createContainer hook: notes each mount point of this mount namespace that is DIRECTORY or
// below it. In there the host's tree is still to be seen, and a mount that went astray with it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct { int id, parent; char point[1024]; } table[4096];
static int count;

static int find(int id)
{
    for (int i = 0; i < count; i++) if (table[i].id == id) return i;
    return -1;
}

// A runtime may have mounted the container's root over "/" already, before it enters it: the names of what is in there look like the
// host's.
static int in_new_root(int at, int host)
{
    for (; at >= 0; at = table[at].parent == table[at].id ? -1 : find(table[at].parent)) {
        if (table[at].id == host) return 0;
        if (strcmp(table[at].point, "/") == 0) return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static char line[65536];
    size_t length = strlen(argv[1]);
    struct statx root = { 0 };
    FILE *mounts = fopen("/proc/self/mountinfo", "r"), *log = fopen(argv[2], "a");
    (void)argc;
    if (!mounts || !log || statx(AT_FDCWD, "/", 0, STATX_MNT_ID, &root) != 0) return 3;
    while (count < 4096 && fgets(line, sizeof line, mounts))
        if (sscanf(line, "%d %d %*s %*s %1023s", &table[count].id, &table[count].parent, table[count].point) == 3) count++;
    for (int i = 0; i < count; i++)
        if (strncmp(table[i].point, argv[1], length) == 0 && strchr("/", table[i].point[length]) && !in_new_root(i, (int)root.stx_mnt_id))
            fprintf(log, "%s\n", table[i].point);
    return 0;
}
