#!/usr/bin/env bash
# launch.sh COMMAND [ARGUMENT...]: find a Python that Odoo 19.0 runs on, installing
# Debian's if the machine has none at all, and hand the command over to run.py.
# PYTHON names the interpreter to use instead.
set -euo pipefail

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
command=$1

refuse() {
    printf 'scripts/%s: refused: %s\n' "$command" "$1" >&2
    exit 1
}

in_range() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

has_odoo() {
    "$1" -c 'import importlib.util as i, sys; sys.exit(not i.find_spec("odoo"))' 2>/dev/null
}

version() {
    "$1" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo unusable
}

install_python() {
    command -v apt-get >/dev/null ||
        refuse "there is no Python, and no apt-get to install it. Install Python 3.11, 3.12 or 3.13, or name one with PYTHON=/path/to/python3."
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null ||
            refuse "there is no Python, and no right to install it. Ask an administrator to run: apt-get install python3 python3-venv"
        as_root=(sudo -n)
    fi
    echo "installing python3" >&2
    "${as_root[@]}" apt-get update -q >/dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends python3 python3-venv >/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        in_range "$PYTHON" ||
            refuse "PYTHON=$PYTHON is $(version "$PYTHON"), and Odoo 19.0 here runs on Python 3.11, 3.12 or 3.13. Name one of those with PYTHON=/path/to/python3, or unset PYTHON."
        echo "$PYTHON"
        return
    fi
    if in_range python3 && has_odoo python3; then
        command -v python3
        return
    fi
    # Debian's first: what people build often lacks the optimisations that save a
    # quarter of the time.
    local name seen=""
    for name in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
        command -v "$name" >/dev/null || continue
        if in_range "$name"; then
            command -v "$name"
            return
        fi
        seen+=" $name ($(version "$name"))"
    done
    [ -z "$seen" ] ||
        refuse "no Python from 3.11 to 3.13 found, only$seen. Install one and name it with PYTHON=/path/to/python3."
    install_python
    in_range python3 ||
        refuse "the system's Python is $(version python3), and Odoo 19.0 here runs on Python 3.11, 3.12 or 3.13. Install one of those and name it with PYTHON=/path/to/python3."
    command -v python3
}

python=$(find_python)
exec "$python" "$lib/run.py" "$@"
