"""Test a recognizer; takes the options of MMAction2's own tools/test.py.

    python tools/test.py configs/d2sp/r3d/r3d_r18-slim_d2sp_toy-dfer.py work_dirs/toy/epoch_28.pth

Before it hands over to MMAction2's script it applies the bridges for the defects of published packages, so that a config
that names nothing of d2sp_mm works as well.
"""

import runpy
from importlib.util import find_spec
from pathlib import Path

import d2sp_mm.compat  # noqa: F401 - applies the bridges


def main() -> None:
    """Run the test.py that MMAction2's package carries for mim."""
    spec = find_spec("mmaction")
    if spec is None or spec.origin is None:
        raise SystemExit("MMAction2 is not installed; see the README, 'On your own config'.")
    runpy.run_path(str(Path(spec.origin).parent / ".mim" / "tools" / "test.py"), run_name="__main__")


if __name__ == "__main__":
    main()
