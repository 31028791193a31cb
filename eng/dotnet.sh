# Sourced by ./linnet and ./test: finds the .NET SDK and sets its environment.

# No messages, no telemetry, and no ICU: a minimal Debian has none.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY=false
export DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-${HOME:-/tmp}}"

# find_dotnet ROOT: prints the first dotnet whose SDK matches ROOT/global.json. If there is none, says so and returns 1.
find_dotnet() {
  local root=$1 candidate seen=
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-}/dotnet" "${HOME:-}/.dotnet/dotnet" \
    /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /usr/local/share/dotnet/dotnet; do
    [ -x "$candidate" ] || continue
    if (cd "$root" && "$candidate" --version) >/dev/null 2>&1; then
      readlink -f "$candidate" 2>/dev/null || echo "$candidate"
      return 0
    fi
    seen=$("$candidate" --list-sdks 2>/dev/null | sed 's/ .*//' | tail -n 1)
    seen=${seen:-no SDK, only a runtime}
  done
  if [ -n "$seen" ]; then
    echo "linnet: needs the .NET 10 SDK, but this machine has $seen; install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again." >&2
  else
    echo "linnet: needs the .NET 10 SDK, but this machine has none; install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again." >&2
  fi
  return 1
}
