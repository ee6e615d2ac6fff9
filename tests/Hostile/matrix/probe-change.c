// The part of the probe that changes what it has reached: to what it is already, or for a moment.
#include "probe.h"

static char procfd[64];
static const char *by_proc(int fd) { snprintf(procfd, sizeof procfd, "/proc/self/fd/%d", fd); return procfd; }

static void hold(const char *how, int fd, const struct statx *is)
{
    int open_fd = open(by_proc(fd), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (open_fd < 0) return;
    if (S_ISREG(is->stx_mode)) {
        if (fcntl(open_fd, F_SETLEASE, F_RDLCK) == 0 || fcntl(open_fd, F_SETLEASE, F_WRLCK) == 0) {
            say("did lease", how, is);
            // The host looks for those that last, and the engine may want to write to them. A program that is held could not be executed.
            if (stay && strncmp(how, "/etc/", 5) == 0 && !strstr(how, "..") && fcntl(open_fd, F_SETLEASE, F_RDLCK) == 0) return;
            fcntl(open_fd, F_SETLEASE, F_UNLCK);
        }
    }
    if (flock(open_fd, LOCK_EX | LOCK_NB) == 0) say("did lock", how, is);
    close(open_fd);
}

static void make(const char *how, int directory, const struct statx *is)
{
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY);
    int made = fd < 0 ? -1 : openat(fd, ".hostile", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (made >= 0) {
        struct stat now;
        say("did create", how, is);
        if (fchmod(made, 06755) == 0 && fstat(made, &now) == 0 && now.st_mode & S_ISUID) say("did set-id", how, is);
        close(made);
        unlinkat(fd, ".hostile", 0);
    }
    // The disk that this directory is on.
    if (fd >= 0 && is->stx_dev_major && mknodat(fd, ".hostile-disk", S_IFBLK | 0600, makedev(is->stx_dev_major, is->stx_dev_minor)) == 0) {
        int disk = openat(fd, ".hostile-disk", O_RDONLY | O_NONBLOCK);
        if (disk >= 0) { say("did disk", how, is); close(disk); }
        unlinkat(fd, ".hostile-disk", 0);
    }
    if (fd >= 0) close(fd);
}

// change HOW FD: its mode, owner, times and extended attributes; a file is held, and opened to be written; in a directory things are made.
void change(const char *how, int fd, const struct statx *is)
{
    struct timespec now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
    mode_t mode = is->stx_mode & 07777;
    if (S_ISLNK(is->stx_mode)) return;
    if (syscall(452 /* fchmodat2 */, fd, "", mode, AT_EMPTY_PATH) == 0 || chmod(by_proc(fd), mode) == 0) say("did chmod", how, is);
    if (fchownat(fd, "", is->stx_uid, is->stx_gid, AT_EMPTY_PATH) == 0) say("did chown", how, is);
    if (utimensat(AT_FDCWD, by_proc(fd), now, 0) == 0) say("did touch", how, is);
    if (S_ISREG(is->stx_mode) || S_ISDIR(is->stx_mode)) {
        if (setxattr(by_proc(fd), "user.hostile", "1", 1, 0) == 0) { say("did xattr", how, is); removexattr(by_proc(fd), "user.hostile"); }
        if (setxattr(by_proc(fd), "trusted.hostile", "1", 1, 0) == 0) {
            say("did trusted-xattr", how, is);
            removexattr(by_proc(fd), "trusted.hostile");
        }
        hold(how, fd, is);
    }
    if (S_ISREG(is->stx_mode)) {
        int opened = open(by_proc(fd), O_WRONLY | O_APPEND | O_NONBLOCK);
        if (opened >= 0) { say("did open", how, is); close(opened); }
    }
    if (S_ISDIR(is->stx_mode)) make(how, fd, is);
}

// Numbers of devices that are nobody's but the host's: memory, and the console.
void devices(void)
{
    static const struct { const char *name; mode_t kind; unsigned major, minor; } table[] = {
        { "kmsg", S_IFCHR, 1, 11 }, { "port", S_IFCHR, 1, 4 }, { "loop0", S_IFBLK, 7, 0 } };
    static const char *where[] = { "/dev/.hostile", "/tmp/.hostile", "/dev/shm/.hostile" };
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
        for (unsigned j = 0; j < 3; j++) {
            if (mknod(where[j], table[i].kind | 0600, makedev(table[i].major, table[i].minor)) != 0) continue;
            int fd = open(where[j], O_RDONLY | O_NONBLOCK);
            if (fd >= 0) { printf("did device 0:0:0 0 ? %u:%u\t%s\n", table[i].major, table[i].minor, table[i].name); close(fd); }
            unlink(where[j]);
        }
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    if (fd < 0) return;
    if (write(fd, text, strlen(text)) < 0) {}
    close(fd);
}

static char taken[512][512];
static int mounted;

static void read_mounts(void)
{
    static char line[8192];
    FILE *file = fopen("/proc/self/mountinfo", "r");
    mounted = 0;
    while (file && mounted < 512 && fgets(line, sizeof line, file)) {
        printf("mount %s", line); // the same ones, with other ids
        if (sscanf(line, "%*d %*d %*s %*s %511s", taken[mounted]) == 1) mounted++;
    }
    if (file) fclose(file);
}

// In a mount namespace of its own: read-only no more, and all that covers something taken off, the last one first.
static void take_off(const char *kind)
{
    char how[600], program[] = "/proc";
    struct statx is;
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    printf("did-unshare %s\n", kind);
    read_mounts();
    for (int i = mounted - 1; i >= 0; i--) {
        snprintf(how, sizeof how, "%s: remounted %s", kind, taken[i]);
        int fd = open(taken[i], O_PATH);
        if (fd >= 0 && mount(NULL, taken[i], NULL, MS_REMOUNT | MS_BIND, NULL) == 0
            && statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &is) == 0) change(how, fd, &is);
        if (fd >= 0) close(fd);
        if (strcmp(taken[i], program) == 0 || strcmp(taken[i], "/") == 0) continue;
        snprintf(how, sizeof how, "%s: below %s", kind, taken[i]);
        if (umount2(taken[i], MNT_DETACH) == 0 || syscall(SYS_move_mount, AT_FDCWD, taken[i], AT_FDCWD, "/tmp", 0) == 0)
            reach(how, taken[i]);
    }
    if (mount("proc", "/proc", "proc", 0, NULL) == 0) { snprintf(how, sizeof how, "%s: /proc/1/root", kind); reach(how, "/proc/1/root"); }
    int root = open("/", O_PATH);
    snprintf(how, sizeof how, "%s: below /", kind);
    int copy = (int)syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */);
    if (copy >= 0) climb("a copy of /", copy);
    for (int i = 0; i < 4; i++) if (umount2("/", MNT_DETACH) == 0) reach(how, "/..");
    if (fchdir(root) == 0 && mount("/", "/tmp", NULL, MS_BIND, NULL) == 0 && chdir("/tmp") == 0 && syscall(SYS_pivot_root, ".", ".") == 0) {
        read_mounts();
        for (int i = 0; i < 4; i++) { reach(how, "."); if (umount2(".", MNT_DETACH) != 0) break; }
        reach(how, "/..");
    }
}

// Every hierarchy, mounted anew: its root is to be a control group of the container's own, with nothing below.
static void mount_control_groups(const char *kind)
{
    char line[512], at[] = "/tmp", other[] = "/dev/shm";
    FILE *file = fopen("/proc/self/cgroup", "r");
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    while (file && fgets(line, sizeof line, file)) {
        char *name = strchr(line, ':'), *end = name ? strchr(name + 1, ':') : NULL, data[300];
        if (!end) continue;
        *end = 0;
        name++;
        const char *type = *name ? "cgroup" : "cgroup2";
        snprintf(data, sizeof data, "%s%s", strncmp(name, "name=", 5) == 0 ? "none," : "", name);
        const char *where = mount("c", at, type, 0, *name ? data : NULL) == 0 ? at
            : mount("c", other, type, 0, *name ? data : NULL) == 0 ? other : NULL;
        if (!where) continue;
        struct stat is;
        // A directory has a link of each one in it (kernfs).
        if (stat(where, &is) == 0)
            printf("cgroup %s:%lu %d\t%s, %s\n", *name ? name : "2", (unsigned long)is.st_ino, (int)is.st_nlink - 2, kind, type);
        umount2(where, MNT_DETACH);
    }
    if (file) fclose(file);
}

static void control_groups(void)
{
    static const struct { const char *kind; int flags; } ways[] = { { "mount namespace", CLONE_NEWNS },
        { "cgroup namespace", CLONE_NEWNS | CLONE_NEWCGROUP }, { "user namespace", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP } };
    for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
        fflush(stdout);
        if (fork() == 0) {
            if (unshare(ways[i].flags) == 0) mount_control_groups(ways[i].kind);
            fflush(stdout);
            _exit(0);
        }
        wait(NULL);
    }
}

void namespaces(void)
{
    char map[64];
    struct stat ours = { 0 };
    control_groups();
    fflush(stdout);
    if (fork() == 0) {
        uid_t uid = geteuid(); gid_t gid = getegid();
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
            write_file("/proc/self/setgroups", "deny");
            snprintf(map, sizeof map, "0 %u 1", uid); write_file("/proc/self/uid_map", map);
            snprintf(map, sizeof map, "0 %u 1", gid); write_file("/proc/self/gid_map", map);
            take_off("user namespace");
        }
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    if (fork() == 0) {
        if (unshare(CLONE_NEWNS) == 0) take_off("mount namespace");
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    // What is mounted here is to stay here: the host looks whether it has come.
    if (stat("/proc/self/ns/mnt", &ours) == 0 && ours.st_ino != host_mounts && host_mounts) {
        static const char *targets[] = { "/given", "/given-ro", "/tmp", "/mnt" };
        for (int i = 0; i < 4; i++) if (mount("hostile", targets[i], "tmpfs", 0, NULL) == 0) printf("did-mount\t%s\n", targets[i]);
    }
}
