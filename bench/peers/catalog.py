"""The other libraries that bench/run measures: what each needs, how its programs are compiled, and how they run.

A program is src/w3_dlib.cpp or py/w3_torch.py: workload W3, by dlib or by PyTorch. It prints JSON lines.
"""
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"  # the distribution's, which has its packages
OPENMP_BLAS = Path("/usr/lib/x86_64-linux-gnu/openblas-openmp")


@dataclass(frozen=True)
class Library:
    """A library in C++: `header` tells whether it is there, `package` what brings it."""
    package: str
    header: str
    flags: tuple = ()
    link: tuple = ()
    std: str = "c++17"


LIBRARIES = {
    "eigen": Library("libeigen3-dev", "/usr/include/eigen3/Eigen/Dense", ("-isystem", "/usr/include/eigen3")),
    "eigen_blas": Library("libeigen3-dev", "/usr/include/eigen3/Eigen/Dense", ("-isystem", "/usr/include/eigen3", "-DEIGEN_USE_BLAS"),
                          ("-lopenblas",)),
    "libtorch": Library("libtorch-dev", "/usr/include/torch/csrc/api/include/torch/torch.h",
                        ("-isystem", "/usr/include/torch/csrc/api/include"), ("-ltorch", "-ltorch_cpu", "-lc10")),
    "dlib": Library("libdlib-dev", "/usr/include/dlib/dnn.h", (), ("-ldlib", "-lblas", "-llapack", "-lpthread")),
    # tiny-dnn wants C++14, and looks for stb in a folder of its own, which build() makes.
    "tinydnn": Library("tiny-dnn", "/usr/include/tiny_dnn/tiny_dnn.h", ("-w", "-DCNN_USE_AVX", "-DCNN_SINGLE_THREAD", "-Ishim"),
                       ("-lpthread", "-lstb"), "c++14"),
    "fann": Library("libfann-dev", "/usr/include/floatfann.h", (), ("-lfloatfann", "-lm")),
    "stan": Library("r-cran-stanheaders", "/usr/lib/R/site-library/StanHeaders/include/stan/math.hpp",
                    ("-w", "-D_REENTRANT", "-isystem", "/usr/lib/R/site-library/StanHeaders/include", "-isystem", "/usr/include/eigen3"),
                    ("-ltbb",), "c++14"),
    "adolc": Library("libadolc-dev", "/usr/include/adolc/adolc.h", (), ("-ladolc",)),
    "sacado": Library("libtrilinos-sacado-dev", "/usr/include/trilinos/Sacado_trad.hpp", ("-w", "-isystem", "/usr/include/trilinos"),
                      ("-ltrilinos_sacado",)),
    "xtensor": Library("libxtensor-blas-dev", "/usr/include/xtensor-blas/xlinalg.hpp", ("-DHAVE_CBLAS=1", "-DXTENSOR_USE_XSIMD=0"),
                       ("-lopenblas", "-llapack")),
    "own_graph": Library("", "/usr/include"),
}
MODULES = {"torch": ("python3-torch", ("torch",)), "sklearn": ("python3-sklearn", ("sklearn",)),
           "svd": ("python3-scipy", ("scipy", "torch", "sklearn"))}

# The same program in another setting: its name, what it says behind the peer's name, its variables.
SETTINGS = {
    # glibc hands large blocks back to the system and asks for them again in every step, unless it is told otherwise.
    "w4_libtorch": (" + malloc settings", {"MALLOC_TOP_PAD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
                                           "MALLOC_TRIM_THRESHOLD_": str(1 << 33)}),
}
SLOW = {"w1_tinydnn", "w5_libtorch", "w6_sklearn", "w7_sklearn"}  # minutes each: measured in the first pass only
DATA = {"w6_sklearn", "w7_sklearn"}  # take the folder of W6's table


@dataclass(frozen=True)
class Program:
    name: str      # w3_dlib
    library: str   # dlib
    source: Path
    package: str
    there: bool    # whether what it needs is installed

    @property
    def workload(self):
        return self.name.split("_")[0].upper()

    def compile_command(self, folder):
        """The compiler's arguments; to be run in `folder`."""
        library = LIBRARIES[self.library]
        return ["g++", f"-std={library.std}", "-O3", "-march=native", "-DNDEBUG", f"-I{HERE / 'src'}", *library.flags,
                str(self.source), "-o", str(folder / self.name), *library.link]

    def stamp(self, folder):
        """Changes when the program would come out another one. Times of files say little: git sets them anew."""
        texts = [self.source, *sorted((HERE / "src").glob("*.hpp"))]
        return hashlib.sha256(b"".join(path.read_bytes() for path in texts) + repr(self.compile_command(folder)).encode()).hexdigest()

    def command(self, folder, data):
        """How it runs; `data` is the folder of W6's table."""
        start = [PYTHON, str(self.source)] if self.source.suffix == ".py" else [str(folder / self.name)]
        return start + ([str(data)] if self.name in DATA else [])

    def settings(self, threads):
        """(words behind the peer's name, variables) for each setting it is measured in.

        torch's threads are OpenMP's, Debian's OpenBLAS brings threads of its own, and the two together are slower than one
        thread: so OpenBLAS is held to one, and where its OpenMP build is installed, that is measured too.
        """
        base = {"PEER_THREADS": str(threads), "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": "1"}
        all_settings = [("", base)]
        if self.name in SETTINGS:
            words, variables = SETTINGS[self.name]
            all_settings.append((words, base | variables))
        if threads > 1 and self.library in ("torch", "libtorch", "eigen_blas") and OPENMP_BLAS.is_dir():
            all_settings.append((" + OpenMP BLAS", base | {"OPENBLAS_NUM_THREADS": str(threads),
                                                           "LD_LIBRARY_PATH": str(OPENMP_BLAS)}))
        return all_settings


def has_modules(names):
    look = "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(m) is None for m in sys.argv[1:]))"
    return os.path.exists(PYTHON) and subprocess.run([PYTHON, "-c", look, *names], check=False).returncode == 0


def programs():
    """All of them, in the order of their workloads."""
    found = []
    for source in sorted((HERE / "src").glob("w*_*.cpp")):
        name = source.stem
        for library in [name.split("_", 1)[1]] + (["eigen_blas"] if name == "w1_eigen" else []):
            entry = LIBRARIES[library]
            found.append(Program(name.split("_")[0] + "_" + library, library, source, entry.package, os.path.exists(entry.header)))
    modules_there = {key: has_modules(modules) for key, (_, modules) in MODULES.items()}
    for source in sorted((HERE / "py").glob("w*_*.py")):
        library = source.stem.split("_", 1)[1]
        found.append(Program(source.stem, library, source, MODULES[library][0], modules_there[library]))
    return sorted(found, key=lambda p: (int(p.workload[1:]), p.source.suffix, p.name))


def build(folder, only=(), jobs=1):
    """Compiles into `folder` what is there and not as its sources are; gives the names of those that do not compile."""
    shim = folder / "shim" / "third_party"
    shim.mkdir(parents=True, exist_ok=True)
    if not (shim / "stb").is_symlink():
        (shim / "stb").symlink_to("/usr/include/stb")
    waiting, running, failed = [], [], []
    for program in programs():
        wanted = program.there and program.source.suffix == ".cpp" and (not only or program.workload in only)
        if wanted and not ((folder / program.name).exists() and stamp_file(folder, program).exists()
                           and stamp_file(folder, program).read_text() == program.stamp(folder)):
            waiting.append(program)
    while waiting or running:
        while waiting and len(running) < jobs:
            program = waiting.pop(0)
            print(f"building {program.name}", file=sys.stderr, flush=True)
            running.append((program, subprocess.Popen(program.compile_command(folder), cwd=folder, stderr=subprocess.PIPE, text=True)))
        program, process = running.pop(0)
        errors = process.communicate()[1]
        if process.returncode == 0:
            stamp_file(folder, program).write_text(program.stamp(folder))
        else:
            failed.append(program.name)
            print(f"{program.name} does not compile:\n{errors[:2000]}", file=sys.stderr)
    return failed


def stamp_file(folder, program):
    return folder / f"{program.name}.stamp"


if __name__ == "__main__":  # catalog.py FOLDER [W1 ..]
    sys.exit(bool(build(Path(sys.argv[1]).resolve(), sys.argv[2:])))
