#!/usr/bin/env bash
# Usage: eng/package.sh [VERSION [FOLDER]]
# Makes the NuGet packages Linnet and Linnet.Server and the tool Linnet.Tool in FOLDER (artifacts/packages), with symbols, a bill of
# materials of each (CycloneDX) and SHA256SUMS. Older packages there are deleted.
# Without VERSION, MinVer makes it from the last tag vX.Y.Z: that version, or if there are commits since, X.Y.(Z+1)-dev.COMMITS.
# Known vulnerabilities and packages other than those of the lock files, which an ordinary build accepts, are errors here.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "${2:-$root/artifacts/packages}"
packages=$(cd "${2:-$root/artifacts/packages}" && pwd)
cd "$root"

. eng/dotnet.sh
dotnet=$(find_dotnet "$PWD")
export PATH="$(dirname "$dotnet"):$PATH"
build=$PWD/artifacts/package-build

dotnet tool restore >/dev/null
# The next release has at least the version that ordinary builds have.
next=$(sed -n 's|.*<VersionPrefix>\([0-9]*\.[0-9]*\).*|\1|p' Directory.Build.props)
version=${1:-$(dotnet minver --tag-prefix v --default-pre-release-identifiers dev --minimum-major-minor "$next" --verbosity error)}
if [ -n "$(git status --porcelain 2>/dev/null)" ]; then
  echo "package: some files are not committed; the packages contain them" >&2
fi

# A build of its own: with the options of a release it would replace that of ./linnet and ./test. ./test has run the analyzers.
rm -rf "$build" "$packages"/Linnet.*.{nupkg,snupkg,cdx.json} "$packages/SHA256SUMS"
options=(-c Release -v q -nologo -nodeReuse:false -p:UseSharedCompilation=false "-p:ArtifactsPath=$build" "-p:Version=$version"
  -p:ContinuousIntegrationBuild=true -p:RestoreLockedMode=true -p:RunAnalyzers=false)
for project in Linnet Linnet.Server Linnet.Cli; do
  dotnet pack "src/$project" -o "$packages" "${options[@]}"
  name=$project type=Library
  if [ "$project" = Linnet.Cli ]; then name=Linnet.Tool type=Application; fi
  # The variable leads it to what this build restored.
  ArtifactsPath=$build dotnet tool run dotnet-CycloneDX "src/$project/$project.csproj" \
    -o "$packages" -fn "$name.$version.cdx.json" -F Json \
    --disable-package-restore --include-project-references --recursive \
    --set-name "$name" --set-version "$version" --set-type "$type" >"$build/sbom.log" 2>&1 || { cat "$build/sbom.log" >&2 && exit 1; }
done
(cd "$packages" && sha256sum -- Linnet.* >SHA256SUMS)
ls -l "$packages"
