# Sourced by bin/dev and bin/test: finds a Python that will do, then hands over to dev/.
# POSIX sh, because nothing else can be taken for granted yet.

# Exit 0: new enough, and able to make virtual environments. 3: new enough only. Else: of no use,
# which includes a pyenv shim that exists but has no such version behind it.
judge_python() {
    "$1" -I -c '
import importlib.util, sys
if sys.version_info < (3, 11) or sys.implementation.name != "cpython":
    sys.exit(4)
sys.exit(0 if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv") else 3)
' </dev/null >/dev/null 2>&1
}

launch() {
    project=$1
    shift
    fallback=
    for candidate in ${EVERYTICK_PYTHON:+"$EVERYTICK_PYTHON"} \
        python3 python3.14 python3.13 python3.12 python3.11 python; do
        command -v -- "$candidate" >/dev/null 2>&1 || continue
        judge_python "$candidate"
        case $? in
            0) exec "$candidate" -I -B "$project/dev/__main__.py" "$@" ;;
            3) fallback=${fallback:-$candidate} ;;
        esac
    done
    # dev/ explains what its virtual-environment module is missing.
    [ -z "$fallback" ] || exec "$fallback" -I -B "$project/dev/__main__.py" "$@"
    {
        echo "Everytick needs Python 3.11 or newer, and none was found."
        found=$(python3 --version 2>/dev/null) && echo "python3 is $found."
        echo "Install one (https://www.python.org/downloads/, or your system's package manager),"
        echo "or name it: EVERYTICK_PYTHON=/path/to/python3.12 $0"
    } >&2
    exit 1
}
