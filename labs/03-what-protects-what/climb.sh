# Climbs out of a chroot: a process whose working directory is outside its root can go up, past it, to the real root.
# Runs inside a container whose root file system was entered by chroot; only lists what it finds there.
mkdir -p /jail/bin /jail/inner /dev
test -e /dev/null || touch /dev/null # the shell wants it for what runs in the background
cp /bin/busybox /jail/bin/sh

# 1. A shell with /jail as its root goes into /jail/inner and waits.
chroot /jail /bin/sh -c '
    cd /inner && echo here >ready
    until test -e go; do :; done
    # 3. It is outside now: nothing on the way up is its root.
    for i in 1 2 3 4 5 6 7 8 9; do cd -P ..; done
    echo "above it all:" *' &

# 2. Its directory is moved out of its root, with the shell in it.
until test -e /jail/inner/ready; do :; done
mv /jail/inner /moved
echo >/moved/go
wait
rm -r /moved /jail
