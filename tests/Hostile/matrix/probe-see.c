// The part of the probe that tells what it is, what it has been given, and what it sees.
#include "probe.h"

static struct { int fd, flags; } had[1024];
static int count;

// Before anything is opened.
void descriptors_first(void)
{
    for (int fd = 0; fd < 1024; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags >= 0) { had[count].fd = fd; had[count++].flags = flags; }
    }
}

void identity(void)
{
    static const char *kinds[] = { "mnt", "pid", "user", "net", "ipc", "uts", "cgroup" };
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char path[64];
        struct stat is;
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
        if (stat(path, &is) == 0) printf("ns %s %lu\n", kinds[i], (unsigned long)is.st_ino);
    }
    // A controlling terminal whose session is none of this pid namespace is the caller's.
    int session = -1, tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (tty >= 0 && ioctl(tty, TIOCGSID, &session) == 0) printf("tty %d\n", session);
    if (tty >= 0) close(tty);
}

void descriptors(void)
{
    for (int i = 0; i < count; i++) {
        char path[64], target[PATH_MAX] = "";
        struct statx is;
        snprintf(path, sizeof path, "/proc/self/fd/%d", had[i].fd);
        if (readlink(path, target, sizeof target - 1) < 0) strcpy(target, "?");
        snprintf(path, sizeof path, "fd %d", had[i].fd);
        if (statx(had[i].fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &is) != 0) continue;
        say(path, target, &is);
        snprintf(path, sizeof path, "descriptor %d", had[i].fd);
        place(path, had[i].fd);
        climb(path, had[i].fd);
        if (S_ISDIR(is.stx_mode) && fchdir(had[i].fd) == 0) { reach("fchdir", "."); if (chdir("/") != 0) return; }
    }
}

static char points[512][512];
static int mounted;

void mounts(void)
{
    static char line[8192];
    FILE *file = fopen("/proc/self/mountinfo", "r");
    while (file && fgets(line, sizeof line, file)) {
        printf("mount %s", line);
        if (mounted < 512 && sscanf(line, "%*d %*d %*s %*s %511s", points[mounted]) == 1) mounted++;
    }
    if (file) fclose(file);
}

// Each of them, also one that another one covers by now, is where it is named.
void mount_points(void)
{
    for (int i = 0; i < mounted; i++) {
        int fd = open(points[i], O_PATH);
        if (fd < 0) continue;
        place(points[i], fd);
        climb(points[i], fd);
        list(points[i], fd);
        close(fd);
    }
}

static void descriptors_of(const char *process)
{
    char path[PATH_MAX];
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%s/fd", process);
    DIR *entries = opendir(path);
    for (int i = 0; entries && i < 64 && (entry = readdir(entries)); i++) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%s/fd/%s", process, entry->d_name);
        int fd = open(path, O_PATH);
        if (fd >= 0) { place(path, fd); climb(path, fd); close(fd); }
    }
    if (entries) closedir(entries);
}

// Its namespaces, when they are others than ours.
static void enter(const char *process)
{
    char path[PATH_MAX];
    struct stat its, ours;
    snprintf(path, sizeof path, "/proc/%s/ns/mnt", process);
    if (stat(path, &its) != 0 || stat("/proc/self/ns/mnt", &ours) != 0 || its.st_ino == ours.st_ino) return;
    fflush(stdout);
    if (fork() == 0) {
        int mnt = open(path, O_RDONLY);
        snprintf(path, sizeof path, "/proc/%s/ns/user", process);
        int user = open(path, O_RDONLY);
        if (user >= 0) setns(user, CLONE_NEWUSER);
        snprintf(path, sizeof path, "setns of process %s", process);
        if (mnt >= 0 && setns(mnt, CLONE_NEWNS) == 0) reach(path, "/");
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
}

void processes(void)
{
    static const char *links[] = { "root", "cwd", "exe" };
    DIR *all = opendir("/proc");
    struct dirent *entry;
    int most = 48;
    while (all && most > 0 && (entry = readdir(all))) {
        char path[PATH_MAX];
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || atoi(entry->d_name) == getpid()) continue;
        most--;
        for (int i = 0; i < 3; i++) {
            snprintf(path, sizeof path, "/proc/%s/%s", entry->d_name, links[i]);
            reach(path, path);
        }
        descriptors_of(entry->d_name);
        enter(entry->d_name);
    }
    if (all) closedir(all);
}
