// What the parts of the probe know of each other.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

extern unsigned long host_mounts;
extern int stay;

// probe.c
void say(const char *what, const char *how, const struct statx *is);
int place(const char *how, int fd);
void list(const char *how, int directory);
void climb(const char *how, int fd);
void reach(const char *how, const char *path);

// probe-see.c: what it is, has and sees
void descriptors_first(void);
void identity(void);
void descriptors(void);
void mounts(void);
void mount_points(void);
void processes(void);

// probe-change.c: what it changes
void change(const char *how, int fd, const struct statx *is);
void devices(void);
void namespaces(void);
