"""Test a recognizer; takes the options of MMAction2's own tools/test.py.

    python tools/test.py configs/d2sp/r3d/r3d_r18-slim_d2sp_toy-dfer.py work_dirs/toy/epoch_28.pth

Before it hands over to MMAction2's script it applies the bridges for the defects of published packages, so that a config
that names nothing of d2sp_mm works as well.
"""

import runpy

from d2sp_mm.paths import help_if_asked, mmaction_script


def main() -> None:
    """Run the test.py that MMAction2's package carries for mim."""
    help_if_asked("test", __doc__)
    import d2sp_mm.compat  # noqa: F401 - applies the bridges

    runpy.run_path(str(mmaction_script("test")), run_name="__main__")


if __name__ == "__main__":
    main()
