// host COMMAND..., outside of the container: what the host's files are before, and what has become of them.
//   state FILE PATH...    notes each inode in FILE; of a directory that is given with a trailing slash, all below it, too
//   check FILE            tells which of them have changed (mode, owner, links, times, names of extended attributes) or are locked
//   place PATH...         device:inode PATH, and device and path within the file system, of each
//   handle PATH           its file handle, in hexadecimal
//   mounts PID            all mounts of the process's mount namespace, also those that it cannot see itself
//   start SECONDS COMMAND...  executes it with descriptors that it should have closed, to be killed after that time
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static int describe(const char *path, char *line, size_t size, struct stat *is)
{
    char names[4096];
    unsigned sum = 0;
    if (lstat(path, is) != 0) return -1;
    ssize_t length = llistxattr(path, names, sizeof names);
    for (ssize_t i = 0; i < length; i++) sum = sum * 31 + (unsigned char)names[i];
    // The kernel moves a terminal's times when it is used: its ctime is still.
    snprintf(line, size, "%u:%u:%lu %o %u:%u links %lu changed %ld.%09ld attributes %u", major(is->st_dev), minor(is->st_dev),
        (unsigned long)is->st_ino, is->st_mode, is->st_uid, is->st_gid, S_ISDIR(is->st_mode) ? 0 : (unsigned long)is->st_nlink,
        (long)is->st_ctim.tv_sec, is->st_ctim.tv_nsec, sum);
    return 0;
}

static void note(FILE *file, const char *path, int deep)
{
    char line[512], below[PATH_MAX];
    struct stat is;
    if (describe(path, line, sizeof line, &is) != 0) return;
    fprintf(file, "%s\t%s\n", line, path);
    DIR *entries = deep && S_ISDIR(is.st_mode) ? opendir(path) : NULL;
    struct dirent *entry;
    while (entries && (entry = readdir(entries))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below) note(file, below, 1);
    }
    if (entries) closedir(entries);
}

static int state(char **arguments)
{
    FILE *file = fopen(*arguments, "w");
    if (!file) return 1;
    for (arguments++; *arguments; arguments++) {
        size_t length = strlen(*arguments);
        int deep = length > 1 && (*arguments)[length - 1] == '/';
        if (deep) (*arguments)[length - 1] = 0;
        note(file, *arguments, deep);
    }
    return fclose(file);
}

static char locks[1 << 16];

// A program of this machine that has nothing to do with us may read a file just now, and lock it meanwhile (.NET's do): lanes have a mount
// namespace of their own, and what they start has no other than that or its own.
static int is_foreign(const char *lock)
{
    char path[64], theirs[64] = "";
    const char *outside = getenv("MATRIX_OUTSIDE");   // the mount namespace that the lanes have left
    struct stat is;
    int pid = 0;
    if (sscanf(lock, "%*s %*s %*s %*s %d", &pid) != 1 || pid <= 0) return 0;
    snprintf(path, sizeof path, "/proc/%d", pid);
    if (geteuid() != 0) return stat(path, &is) == 0 && is.st_uid == 0;
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", pid);
    return outside && readlink(path, theirs, sizeof theirs - 1) > 0 && strcmp(theirs, outside) == 0;
}

static int check(char **arguments)
{
    static char line[PATH_MAX + 600], now[512], inode[64];
    FILE *file = fopen(*arguments, "r");
    int fd = open("/proc/locks", O_RDONLY);
    ssize_t length = fd < 0 ? 0 : read(fd, locks, sizeof locks - 1);
    if (!file) return 1;
    locks[length < 0 ? 0 : length] = 0;
    while (fgets(line, sizeof line, file)) {
        struct stat is;
        char *path = strchr(line, '\t');
        path[strcspn(path, "\n")] = 0;
        *path++ = 0;
        if (describe(path, now, sizeof now, &is) != 0) { printf("changed gone\t%s\n", path); continue; }
        if (strcmp(now, line) != 0) printf("changed %s -> %s\t%s\n", line, now, path);
        snprintf(inode, sizeof inode, " %02x:%02x:%lu ", major(is.st_dev), minor(is.st_dev), (unsigned long)is.st_ino);
        for (char *found = locks; (found = strstr(found, inode)); found++) {
            char *lock = found;
            while (lock > locks && lock[-1] != '\n') lock--;
            if (!is_foreign(lock)) printf("held %.*s\t%s\n", (int)strcspn(lock, "\n"), lock, path);
        }
    }
    return fclose(file);
}

// Where a path is in its file system: the last of the mounts that are on the way to it.
static void within(const char *path)
{
    static char line[8192], device[32], root[PATH_MAX], point[PATH_MAX], best[PATH_MAX * 2];
    FILE *mounts = fopen("/proc/self/mountinfo", "r");
    size_t longest = 0;
    while (mounts && fgets(line, sizeof line, mounts)) {
        if (sscanf(line, "%*d %*d %31s %4095s %4095s", device, root, point) != 3) continue;
        size_t length = strcmp(point, "/") == 0 ? 0 : strlen(point);
        if (length < longest || strncmp(path, point, length) != 0 || !strchr("/", path[length])) continue;
        longest = length;
        const char *above = strcmp(root, "/") == 0 ? "" : root;
        snprintf(best, sizeof best, "%s %s%s", device, *above || path[length] ? above : "/", path + length);
    }
    if (mounts) fclose(mounts);
    printf("%s", best);
}

static int where(char **arguments)
{
    for (; *arguments; arguments++) {
        struct stat is;
        if (stat(*arguments, &is) != 0) continue;
        printf("%u:%u:%lu ", major(is.st_dev), minor(is.st_dev), (unsigned long)is.st_ino);
        within(*arguments);
        printf("\t%s\n", *arguments);
    }
    return 0;
}

static int print_handle(const char *path)
{
    struct { struct file_handle head; unsigned char bytes[MAX_HANDLE_SZ]; } file = { .head = { .handle_bytes = MAX_HANDLE_SZ } };
    int mount;
    if (name_to_handle_at(AT_FDCWD, path, &file.head, &mount, 0) != 0) return 1;
    printf("%d:", file.head.handle_type);
    for (unsigned i = 0; i < file.head.handle_bytes; i++) printf("%02x", file.head.f_handle[i]);
    puts("");
    return 0;
}

// Of Linux 6.11's <linux/mount.h> and <linux/nsfs.h>, which Debian 12 has not.
struct request { uint32_t size, spare; uint64_t id, param, ns; };
struct mount_status {
    uint32_t size, options; uint64_t mask;
    uint32_t dev_major, dev_minor; uint64_t magic; uint32_t sb_flags, fs_type;
    uint64_t id, parent; uint32_t old_id, old_parent; uint64_t attributes, propagation, peer, master, from;
    uint32_t root, point; uint64_t ns; uint64_t more[49]; char text[8192];
};

static int list_mounts(const char *pid)
{
    static uint64_t ids[1024];
    static struct mount_status is;
    char path[64];
    struct request request = { .size = sizeof request, .id = ~0ull };
    snprintf(path, sizeof path, "/proc/%s/ns/mnt", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0 || ioctl(fd, _IOR(0xb7, 5, uint64_t), &request.ns) != 0) return 1; // NS_GET_MNTNS_ID
    long count = syscall(458 /* listmount */, &request, ids, 1024, 0);
    for (long i = 0; i < count; i++) {
        request.id = ids[i];
        request.param = 1 | 2 | 8 | 16 | 32; // what the file system is, the mount, its root, its point, its type
        if (syscall(457 /* statmount */, &request, &is, sizeof is, 0) != 0) continue;
        printf("inner %u %u %u:%u %s %s %s - %s\n", is.old_id, is.old_parent, is.dev_major, is.dev_minor,
            is.text + is.root, is.text + is.point, is.attributes & 1 ? "ro" : "rw", is.text + is.fs_type);
    }
    return count < 0;
}

// 3 is a pipe, which may go in with --preserve-fds 1; the others are all that nobody may have.
static int start(char **arguments)
{
    const char *canary = getenv("MATRIX_CANARY");
    char secret[PATH_MAX];
    int pipes[2], sockets[2], closed = fcntl(0, F_GETFD) < 0;
    if (closed) open("/dev/null", O_RDONLY); // so that nothing of ours becomes 0
    int directory = open(canary, O_RDONLY | O_DIRECTORY), root = open("/", O_PATH);
    snprintf(secret, sizeof secret, "%s/secret", canary);
    int file = open(secret, O_RDONLY);
    if (pipe(pipes) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0 || directory < 0 || file < 0) return 125;
    int have[] = { pipes[0], directory, root, file, sockets[0] }, safe[5];
    for (int i = 0; i < 5; i++) safe[i] = fcntl(have[i], F_DUPFD, 100);
    for (int i = 0; i < 5; i++) dup2(safe[i], 3 + i);
    close_range(8, ~0u, 0);
    if (closed) close(0);
    alarm((unsigned)atoi(arguments[0])); // it stays over execve
    execvp(arguments[1], arguments + 1);
    perror(arguments[1]);
    return 127;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "state") == 0) return state(argv + 2);
    if (argc == 3 && strcmp(argv[1], "check") == 0) return check(argv + 2);
    if (argc > 2 && strcmp(argv[1], "place") == 0) return where(argv + 2);
    if (argc == 3 && strcmp(argv[1], "handle") == 0) return print_handle(argv[2]);
    if (argc == 3 && strcmp(argv[1], "mounts") == 0) return list_mounts(argv[2]);
    if (argc > 3 && strcmp(argv[1], "start") == 0) return start(argv + 2);
    return 2;
}
