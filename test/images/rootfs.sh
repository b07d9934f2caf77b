#!/bin/bash
# rootfs.sh OUT: unpacks Debian packages into OUT/{base,postgres,redis}/rootfs.tar and OUT/busybox/busybox, for the
# stand-in images. Needs the package lists and a mirror, no root and no Docker. The same packages give the same bytes.
set -euo pipefail
out=$1
mkdir -p "$out"

base_packages=(base-files bash coreutils diffutils findutils grep gzip hostname libc-bin mawk sed tar tzdata util-linux)

# Only maintainer scripts, the JIT and the packaging tools need these; a running server does not.
unneeded='^(adduser|debconf|debianutils|dpkg|gcc-12-base|init-system-helpers|libc-l10n|libdb5.3|libgdbm.*|libllvm.*|'
unneeded+='libpam-modules.*|libperl.*|lib.*-perl|libsemanage.*|libsepol.*|libz3.*|locales|lsb-base|netbase|passwd|perl.*|'
unneeded+='postgresql-client-common|postgresql-common|sensible-utils|ssl-cert|sysvinit-utils|ucf|usrmerge|util-linux-extra)$'

# The names of all packages that an empty machine would need for these.
closure() {
  apt-get -qq -s -y -o Dir::State::status=/dev/null --no-install-recommends install "$@" |
    awk '/^Inst/ {print $2}' | { grep -vE "$unneeded" || true; } | LC_ALL=C sort -u
}

# unpack ROOT: downloads the packages named on stdin and unpacks them, merging /bin, /sbin and /lib into /usr as Debian does.
unpack() {
  local root=$1 debs
  debs=$(mktemp -d)
  (cd "$debs" && xargs apt-get -qq -o APT::Sandbox::User="$(id -un)" download)
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
  local directory
  for directory in bin sbin lib lib64; do ln -s "usr/$directory" "$root/$directory"; done
  local deb
  for deb in "$debs"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --no-same-owner --keep-directory-symlink -C "$root" \
      --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/share/info' \
      --exclude='./usr/share/lintian' --exclude='*/bitcode' --exclude='*/llvmjit*'
  done
  rm -rf "$debs"
}

# pack NAME ROOT: one tar, independent of when and by whom it was made.
pack() {
  mkdir -p "$out/$1"
  tar -C "$2" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --clamp-mtime -cf "$out/$1/rootfs.tar" .
}

finish_base() {
  local root=$1
  mkdir -p "$root"/{dev,etc,home,proc,root,run/lock,sys,tmp,usr/local/bin,var/tmp}
  rm -rf "$root/var/run" "$root/var/lock"
  ln -s /run "$root/var/run"
  ln -s /run/lock "$root/var/lock"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 700 "$root/root"
  printf '%s\n' root:x:0:0:root:/root:/bin/bash nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin >"$root/etc/passwd"
  printf '%s\n' root:x:0: nogroup:x:65534: >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
  ln -sf /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
  ln -sf bash "$root/usr/bin/sh"
  ln -sf mawk "$root/usr/bin/awk"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Three simulations of apt at 4 s each: side by side.
closure "${base_packages[@]}" >"$work/base.names" &
closure "${base_packages[@]}" postgresql-15 >"$work/postgres.names" &
closure "${base_packages[@]}" redis-server >"$work/redis.names" &
for _ in 1 2 3; do wait -n; done

unpack "$work/base" <"$work/base.names"
finish_base "$work/base"
pack base "$work/base"

# These two are layers on top of base, so what base has is left out.
for name in postgres redis; do
  LC_ALL=C comm -13 "$work/base.names" "$work/$name.names" | unpack "$work/$name"
  pack "$name" "$work/$name"
done

mkdir -p "$out/busybox"
echo busybox-static | unpack "$work/busybox"
cp "$work/busybox/usr/bin/busybox" "$out/busybox/busybox"
