#!/usr/bin/env bash
# Usage: eng/setup.sh runtime|test
# Installs the libraries that Linnet uses at run time (runtime), or these and the programs its tests use (test). If everything is
# installed, it does nothing and is quick. Linnet runs without them, too: slower, and with fewer formats ('linnet formats').
# LINNET_NO_INSTALL=1: installs nothing. For the tests it prints the command to run instead.
set -euo pipefail

say() { echo "linnet: $*" >&2; }

# The packages: "what to look for
# Debian
# Fedora
# Arch
# Homebrew". A name with .so is a library (any version if it ends with a dot), one with .typelib is a GObject description, any other is
# a program.
runtime=(
  "libsndfile.so.1|libsndfile1|libsndfile|libsndfile|libsndfile"
  "libopus.so.0|libopus0|opus|opus|opus"
  "libmp3lame.so.0|libmp3lame0|lame-libs|lame|lame"
  "libFLAC.so.|libflac12|flac-libs|flac|flac"
  "libvorbis.so.0|libvorbis0a|libvorbis|libvorbis|libvorbis"
  "libvorbisenc.so.2|libvorbisenc2|libvorbis|libvorbis|libvorbis"
  "libmpg123.so.0|libmpg123-0|mpg123-libs|mpg123|mpg123"
  "libpulse.so.0|libpulse0|pulseaudio-libs|libpulse|"
  "libasound.so.2|libasound2|alsa-lib|alsa-lib|"
  "libsrtp2.so.1|libsrtp2-1|libsrtp|libsrtp|srtp"
)
peers=(
  "ffmpeg|ffmpeg|ffmpeg|ffmpeg|ffmpeg"
  "sox|sox|sox|sox|sox"
  "flac|flac|flac|flac|flac"
  "opusinfo|opus-tools|opus-tools|opus-tools|opus-tools"
  "ogginfo|vorbis-tools|vorbis-tools|vorbis-tools|vorbis-tools"
  "oggz-validate|oggz-tools|liboggz|liboggz|liboggz"
  "mp3val|mp3val|||mp3val"
  "chromium|chromium|chromium|chromium|"
  "firefox-esr|firefox-esr|firefox|firefox|"
  "WebKitWebDriver|webkit2gtk-driver|webkit2gtk4.1|webkit2gtk-4.1|"
  "Xvfb|xvfb|xorg-x11-server-Xvfb|xorg-server-xvfb|"
  "pulseaudio|pulseaudio|pulseaudio|pulseaudio|pulseaudio"
  "pactl|pulseaudio-utils|pulseaudio-utils|libpulse|pulseaudio"
  "gst-launch-1.0|gstreamer1.0-tools|gstreamer1|gstreamer|gstreamer"
  "libgstapp-1.0.so.0|gstreamer1.0-plugins-base|gstreamer1-plugins-base|gst-plugins-base|gstreamer"
  "libgstrtp.so|gstreamer1.0-plugins-good|gstreamer1-plugins-good|gst-plugins-good|gstreamer"
  "libgsthls.so|gstreamer1.0-plugins-bad|gstreamer1-plugins-bad-free|gst-plugins-bad|gstreamer"
  "libgstfaad.so|gstreamer1.0-plugins-bad||gst-plugins-bad|"
  "GstRtspServer-1.0.typelib|gir1.2-gst-rtsp-server-1.0|gstreamer1-rtsp-server|gst-rtsp-server|gstreamer"
  "GstApp-1.0.typelib|gir1.2-gst-plugins-base-1.0|gstreamer1-plugins-base|gst-plugins-base|gstreamer"
  "python3|python3|python3|python|python3"
  "curl|curl|curl|curl|curl"
  "mpv|mpv|mpv|mpv|mpv"
  "testssl|testssl.sh|testssl|testssl.sh|testssl"
  "zbarimg|zbar-tools|zbar-tools|zbar|zbar"
  "icecast2|icecast2|icecast|icecast|icecast"
  "nginx|nginx-light|nginx|nginx|nginx"
  "ngx_stream_module.so|libnginx-mod-stream|nginx-mod-stream|nginx-mod-stream|"
  "haproxy|haproxy|haproxy|haproxy|haproxy"
  "nats-server|nats-server||nats-server|nats-server"
  "faketime|faketime|libfaketime|libfaketime|libfaketime"
  "promtool|prometheus|golang-github-prometheus|prometheus|prometheus"
  "ip|iproute2|iproute|iproute2|"
  "nft|nftables|nftables|nftables|"
  "wine|wine wine64|wine|wine|"
  "debootstrap|debootstrap|debootstrap|debootstrap|"
  "gi/__init__.py|python3-gi|python3-gobject|python-gobject|pygobject3"
  "libportaudio.so.2|libportaudio2|portaudio|portaudio|portaudio"
  "libasound_module_pcm_pulse.so|libasound2-plugins|alsa-plugins-pulseaudio|alsa-plugins|"
)
# On macOS Linnet plays and records through PortAudio. Elsewhere only a test uses it.
[ "$(uname -s)" != Darwin ] || runtime+=("libportaudio.so.2||||portaudio")

case "${1:-}" in
  runtime) wanted=("${runtime[@]}") why="with them Linnet is faster and has more formats" ;;
  test) wanted=("${runtime[@]}" "${peers[@]}") why="Linnet needs the libraries, and its tests run against the other programs" ;;
  *) echo "Usage: eng/setup.sh runtime|test" >&2; exit 2 ;;
esac

if [ "${1:-}" = runtime ] && [ "${LINNET_NO_INSTALL:-}" = 1 ]; then exit 0; fi

is_here() {
  case "$1" in
    libgst*.so) compgen -G "/usr/lib*/gstreamer-1.0/$1" || compgen -G "/usr/lib/*/gstreamer-1.0/$1" ;;
    libasound_module*) compgen -G "/usr/lib*/alsa-lib/$1" || compgen -G "/usr/lib/*/alsa-lib/$1" ;;
    ngx_*.so) compgen -G "/usr/lib*/nginx/modules/$1" ;;
    *.so.) grep -q -F "$1" <<<"$libraries" ;;
    *.so*) grep -q -F "$1 " <<<"$libraries" ;;
    *.typelib) compgen -G "/usr/lib*/girepository-1.0/$1" || compgen -G "/usr/lib/*/girepository-1.0/$1" ;;
    firefox-esr) command -v "$1" || command -v firefox ;;
    gi/*) compgen -G "/usr/lib/python3*/dist-packages/$1" || compgen -G "/usr/lib*/python3*/site-packages/$1" ;;
    *) command -v "$1" ;;
  esac >/dev/null
}

if [ "$(uname -s)" = Darwin ]; then
  # Homebrew has its own library directory; ALSA does not exist on macOS, and PulseAudio's library is not used there.
  is_here() {
    case "$1" in
      libasound* | libpulse.* | ngx_*) ;;
      *.so*) compgen -G "/opt/homebrew/lib/${1%%.so*}*.dylib" || compgen -G "/usr/local/lib/${1%%.so*}*.dylib" ;;
      *.typelib | gi/*) ;;
      *) command -v "$1" ;;
    esac >/dev/null
  }
else
  ldconfig=$(command -v ldconfig || ls /sbin/ldconfig /usr/sbin/ldconfig 2>/dev/null | head -n 1 || true)
  # Without ldconfig nothing can list the libraries. Linnet reports a missing one when it needs it.
  [ -n "$ldconfig" ] || exit 0
  libraries=$("$ldconfig" -p)
fi

missing=()
for need in "${wanted[@]}"; do
  is_here "${need%%|*}" || missing+=("$need")
done
[ ${#missing[@]} -gt 0 ] || exit 0

# packages COLUMN: prints the names of the missing packages, each once.
packages() { printf '%s\n' "${missing[@]}" | cut -d '|' -f "$1" | sed '/^$/d' | sort -u | paste -s -d ' ' -; }

if ! command -v apt-get >/dev/null; then
  if command -v dnf >/dev/null; then line="sudo dnf install $(packages 3)"
  elif command -v pacman >/dev/null; then line="sudo pacman -S $(packages 4)"
  elif command -v brew >/dev/null || [ "$(uname -s)" = Darwin ]; then line="brew install $(packages 5)"
  else
    say "missing: $(packages 2) (Debian's names); $why. Install them with this system's package manager."
    exit 0
  fi
  say "missing: $(printf '%s\n' "${missing[@]}" | cut -d '|' -f 1 | paste -s -d ' ' -); $why. Install them with: $line"
  exit 0
fi

names=$(packages 2)
# Some libraries have other package names since Debian 13 and Ubuntu 24.04.
for renamed in libasound2:libasound2t64 libflac12:libflac14; do
  if [[ " $names " == *" ${renamed%:*} "* ]] && apt-cache show "${renamed#*:}" >/dev/null 2>&1; then
    names=${names/${renamed%:*}/${renamed#*:}}
  fi
done
line="apt-get install --no-install-recommends $names"
root=()
if [ "$(id -u)" != 0 ]; then
  line="sudo $line"
  root=(sudo)
  [ -t 0 ] || root=(sudo -n)
fi

if [ "${LINNET_NO_INSTALL:-}" = 1 ]; then
  say "missing: $names; $why. Install them with: $line"
  exit 0
fi
if [ ${#root[@]} -gt 0 ] && ! command -v sudo >/dev/null; then
  say "missing: $names; $why. There is no sudo, so run as root: ${line#sudo }"
  exit 1
fi

say "installing $names: $why"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1; }
# shellcheck disable=SC2086 # names are words
install() { apt install --no-install-recommends $names; }

[ ${#root[@]} -eq 0 ] || "${root[@]}" -v || true
install || { apt update && install; } || {
  tail -n 15 "$log" >&2
  say "could not install $names (see above); $why. Install them with: $line"
  exit 1
}
