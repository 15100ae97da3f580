#!/bin/sh
# Make the virtual environment .venv and install locks into it: tools/dev/bootstrap.sh LOCK...
# LOCK is the name of a file in requirements/ without its ending. A lock that is installed already is not looked at again
# until it changes. PYTHON=/path/to/python chooses the interpreter.
set -eu
cd "$(dirname "$0")/../.."

VENV=.venv
PYTHON_RANGE='(3, 11) <= sys.version_info[:2] <= (3, 12)'
# Measured: .venv takes 1.6 GB with both locks; pip unpacks one wheel at a time.
VENV_MB=2000
UNPACK_MB=400
# A package index that has CPU builds of torch, for where the configured one has none (see PyTorch's own installation page).
TORCH_CPU_INDEX=${TORCH_CPU_INDEX:-}
# Estimated: torch's build for CUDA with the packages that it needs.
TORCH_CUDA_MB=9000

say() { printf 'd2sp_mm: %s\n' "$*"; }
stop() { printf 'd2sp_mm: STOP. %s\n' "$*" >&2; exit 1; }

right_python() { "$1" -c "import sys; sys.exit(not ($PYTHON_RANGE))" >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-python3.11 python3.12 python3 python}; do
        if right_python "$candidate"; then printf '%s\n' "$candidate"; return; fi
    done
}

free_mb() { df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }'; }

want_disk() { # folder, MB, what for
    free=$(free_mb "$1")
    [ "$free" -ge "$2" ] || stop "The disk of $1 has $free MB free; $3 needs $2 MB. Free some space and call again."
}

# The folder counts as well: in a copy or a moved clone the environment must point to the new place.
checksum() { { pwd -P; cat "requirements/$1.lock"; } | cksum; }
stamp() { printf '%s/.installed-%s\n' "$VENV" "$1"; }
up_to_date() { [ -f "$(stamp "$1")" ] && [ "$(cat "$(stamp "$1")")" = "$(checksum "$1")" ]; }

make_venv() {
    if [ -x $VENV/bin/python ] && $VENV/bin/python -c 'import pip' >/dev/null 2>&1; then
        right_python $VENV/bin/python || stop "$VENV holds $($VENV/bin/python -V 2>&1), and the lock is for Python 3.11" \
            "or 3.12. Remove $VENV and call again."
        return
    fi
    python=$(find_python)
    [ -n "$python" ] || stop "Python 3.11 or 3.12 is needed; among ${PYTHON:-python3.11, python3.12, python3 and python}" \
        "there is none (python3 says: $(python3 -V 2>&1 | head -n 1)). Install one, or name it: make PYTHON=/path/to/python3.11"
    say "making the virtual environment $VENV with $($python -V)"
    "$python" -m venv --clear $VENV || stop "Python could not make a virtual environment (the lines above say why)." \
        "On Debian and Ubuntu the package python3.11-venv may be missing."
}

install_torch() {
    pin=$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements/runtime.lock)
    $VENV/bin/python -c "import sys, importlib.metadata as m; sys.exit(m.version('torch').split('+')[0] != '${pin#torch==}')" \
        >/dev/null 2>&1 && return
    # Only for Linux are there builds that need packages of their own (CUDA); elsewhere the lock's plain pin is right.
    [ "$(uname -s)" = Linux ] || return 0
    pip install ${TORCH_CPU_INDEX:+--extra-index-url "$TORCH_CPU_INDEX"} "$pin+cpu" && return
    say "a CPU build of $pin could not be installed (the lines above say why). TORCH_CPU_INDEX=URL names an index that has" \
        "one; without, torch comes with its CUDA packages, some gigabytes"
    want_disk . $TORCH_CUDA_MB "torch with its CUDA packages"
    $VENV/bin/python -m pip install --disable-pip-version-check "$pin" || stop "The installation of $pin failed (the lines" \
        "above say why). TORCH_CPU_INDEX=URL names an index that has a CPU build."
}

pip() {
    command=$1
    shift
    $VENV/bin/python -m pip "$command" --no-deps --disable-pip-version-check "$@"
}

put_package_on_path() {
    # A line in the environment instead of an editable installation: no build, no network, no files in the source tree.
    site=$($VENV/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    pwd -P > "$site/d2sp_mm_source.pth"
}

missing=
for lock in "$@"; do
    [ -f "requirements/$lock.lock" ] || stop "There is no requirements/$lock.lock."
    up_to_date "$lock" || missing="$missing $lock"
done
[ -n "$missing" ] || exit 0

if [ -x $VENV/bin/python ] && [ -f "$(stamp runtime)" ]; then :; else
    want_disk . $VENV_MB "the virtual environment"
    want_disk "${TMPDIR:-/tmp}" $UNPACK_MB "unpacking packages"
fi
make_venv
for lock in $missing; do
    say "installing requirements/$lock.lock into $VENV (a minute or two; not again until the lock changes)"
    [ "$lock" = runtime ] && install_torch
    pip install -r "requirements/$lock.lock" || stop "The installation of requirements/$lock.lock failed (the lines above" \
        "say why); $(free_mb .) MB of disk are free. Mend it and call again: what is installed stays."
    checksum "$lock" > "$(stamp "$lock").new"
done
$VENV/bin/python -c 'import cv2, mmengine, numpy, torch' ||
    stop "The packages are installed but cannot be imported (the lines above say why)."
put_package_on_path
for lock in $missing; do mv "$(stamp "$lock").new" "$(stamp "$lock")"; done
say "$VENV is ready"
