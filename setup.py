"""Build and install the package; an existing OpenMMLab environment keeps the versions of all its packages."""

import atexit
import shutil
import tempfile
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent

# What `mim train d2sp_mm ...` and its sisters look for inside an installed package.
MIM_TOOLS = ("train.py", "purify.py", "test.py", "dist_train.sh", "slurm_train.sh")


def read_version() -> str:
    """Return the version that d2sp_mm/version.py states, without importing the package."""
    scope: dict = {}
    exec((ROOT / "d2sp_mm" / "version.py").read_text(encoding="utf-8"), scope)
    return scope["__version__"]


def read_long_description() -> str:
    """Return the README, or nothing where it is not there."""
    readme = ROOT / "README.md"
    return readme.read_text(encoding="utf-8") if readme.is_file() else ""


def mim_files() -> "list[tuple[Path, Path]]":
    """Pair each file that MIM wants with its place below the package folder."""
    tools = [ROOT / "tools" / name for name in MIM_TOOLS]
    configs = sorted((ROOT / "configs").rglob("*")) if (ROOT / "configs").is_dir() else []
    files = [path for path in tools + configs if path.is_file() and path.suffix != ".pyc"]
    return [(path, Path(".mim") / path.relative_to(ROOT)) for path in files]


class BuildWithMim(build_py):
    """Copy tools and configs to ``d2sp_mm/.mim`` of what is built, never of the source tree."""

    def run(self) -> None:
        """Build the package, then add MIM's files; an editable installation has no place for them."""
        super().run()
        if getattr(self, "editable_mode", False):
            return
        for source, target in mim_files():
            built = Path(self.build_lib) / "d2sp_mm" / target
            built.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, built)

    def get_outputs(self, include_bytecode: bool = True) -> "list[str]":
        """List MIM's files among those built."""
        outputs = super().get_outputs(include_bytecode)
        if getattr(self, "editable_mode", False):
            return outputs
        return outputs + [str(Path(self.build_lib) / "d2sp_mm" / target) for _, target in mim_files()]


# A build folder in the source tree outlives the build, and files since deleted come back out of it in the next wheel.
SCRATCH = tempfile.mkdtemp(prefix="d2sp_mm-build-")
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

setup(
    name="d2sp_mm",
    version=read_version(),
    description="Purifies noisy video training sets while MMAction2 trains on them (D2SP: prune, then correct).",
    long_description=read_long_description(),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.9",
    packages=find_packages(include=["d2sp_mm", "d2sp_mm.*"]),
    include_package_data=True,
    # The rest of what we import (torch, MMEngine, MMCV, MMAction2, OpenCV, decord, einops, SciPy) belongs to the user's
    # OpenMMLab environment and is not named. Some have several distributions for one module (mmcv or mmcv-lite,
    # mmengine or mmengine-lite, four of OpenCV), and pip walks what it finds installed: naming mmaction2 or mmengine
    # would bring opencv-contrib-python or opencv-python over an opencv-python-headless that works. What is named here
    # MMEngine wants in any form; it has no bounds, so that no installed version is ever replaced.
    install_requires=["matplotlib", "numpy", "rich"],
    extras_require={
        # Its newest releases want a newer numpy and SciPy than old environments have, so that the user asks for it.
        "judge": ["scikit-learn>=1.0"],
        # A peer of the benchmark, as a stage.
        "cleanlab": ["cleanlab>=2.4"],
        # DFEW's votes come as .xlsx.
        "votes": ["openpyxl"],
        "dev": [
            "cleanlab>=2.4",
            "hypothesis",
            "import-linter",
            "mypy",
            "openpyxl",
            "pre-commit",
            "pytest",
            "pytest-xdist",
            "ruff",
            "scikit-learn>=1.0",
            "selenium>=4.10",
        ],
    },
    cmdclass={"build_py": BuildWithMim},
    options={"build": {"build_base": SCRATCH}, "egg_info": {"egg_base": SCRATCH}},
    zip_safe=False,
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
