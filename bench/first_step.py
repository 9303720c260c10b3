"""W10: the smallest program that trains. How long it takes from its start to its end, what it needs of memory and disk, and
what compiling it costs; for the library, the floor and the peers."""
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What Debian packages each needs beyond what g++ brings. Ours: what the library is linked with, for it is installed itself.
PACKAGES = {
    "sevenfold": ["libopenblas0", "libtbb12", "zlib1g"],
    "libtorch": ["libtorch-dev"],
    "torch": ["python3-torch"],
    "dlib": ["libdlib-dev"],
    "tinydnn": ["tiny-dnn", "libstb-dev", "libgemmlowp-dev", "libcereal-dev"],
    "eigen": ["libeigen3-dev"],
    "xtensor": ["libxtensor-blas-dev", "libopenblas-dev"],
}


def row(peer, metric, values, unit, **extra):
    values = [float(f"{v:.6g}") for v in values]
    return {"workload": "W10", "peer": peer, "threads": 1, "metric": metric, "value": statistics.median(values), "unit": unit,
            "extra": {"min": min(values), "max": max(values), "runs": len(values)} | extra}


def seconds(command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def running(peer, command, env, pin):
    """Wall time of the process, and the most memory that it held, as GNU time tells (Python's own count would include Python)."""
    times = [seconds([*pin, *command], env=env) for _ in range(18)][3:]
    yield row(peer, "process wall to end of first step", [1e3 * t for t in times], "ms")
    if os.path.exists("/usr/bin/time"):
        result = subprocess.run(["/usr/bin/time", "-f", "%M", *command], env=env, check=True, capture_output=True, text=True)
        yield row(peer, "peak RSS", [int(result.stderr.split()[-1]) / 1024], "MB")


def compiling(peer, command, binary, pin):
    quiet = dict(os.environ, CCACHE_DISABLE="1")
    times = [seconds([*pin, *command], env=quiet, cwd=binary.parent, stderr=subprocess.DEVNULL) for _ in range(3)]
    yield row(peer, "compile+link (-O3)", times, "s")
    yield row(peer, "binary size", [binary.stat().st_size / 2**20], "MB")
    libraries = set(re.findall(r"=> (/\S+)", subprocess.run(["ldd", str(binary)], check=True, capture_output=True, text=True).stdout))
    yield row(peer, "shared libraries loaded", [sum(os.stat(path).st_size for path in libraries) / 2**20], "MB", count=len(libraries))


def closure(packages):
    """All packages that these depend on, the first of every choice."""
    listing = subprocess.run(["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts",
                              "--no-breaks", "--no-replaces", "--no-enhances", *packages], capture_output=True, text=True, check=True).stdout
    depends, current, is_alternative = {}, None, False
    for line in listing.splitlines():
        found = re.match(r"\s*(\|)?\s*(?:Pre)?Depends: (\S+)", line)
        if line and line[0] not in " <|":
            current, is_alternative = line.strip(), False
            depends.setdefault(current, [])
        elif found and current:
            if not is_alternative and not found.group(2).startswith("<"):
                depends[current].append(found.group(2))
            is_alternative = bool(found.group(1))
    seen, waiting = set(), list(packages)
    while waiting:
        package = waiting.pop()
        if package not in seen:
            seen.add(package)
            waiting += depends.get(package, [])
    return seen


def megabytes(packages):
    shown = subprocess.run(["apt-cache", "show", "--no-all-versions", *sorted(packages)], capture_output=True, text=True, check=True).stdout
    return sum(int(size) for size in re.findall(r"^Installed-Size: (\d+)", shown, re.M)) / 1024


def installed(build):
    """Size of each library's package and of what it depends on, without what g++ depends on."""
    if not shutil.which("apt-cache"):
        return
    there = closure(["g++"])
    for peer, packages in PACKAGES.items():
        names = closure(packages) - there
        size, extra = megabytes(names), {"packages": len(names)}
        if peer == "sevenfold":
            extra["library_mb"] = round(size_of_library(build), 1)
            size += extra["library_mb"]
            needed = re.search(r"^build='(.*?)'$", (ROOT / "tools/install_dependencies").read_text(), re.M | re.S).group(1)
            tools = closure([line.split()[0] for line in needed.strip().splitlines()]) - there
            extra["to_build_it_mb"] = round(megabytes(tools | names), 1)
        yield row(peer, "installed size beyond g++ (dependency closure)", [size], "MB", **extra)


def size_of_library(build):
    """Headers, libraries and data as `meson install` writes them."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["meson", "install", "-C", str(build), "--no-rebuild", "--destdir", place], check=True, stdout=subprocess.DEVNULL)
        return sum(path.stat().st_size for path in Path(place).rglob("*") if path.is_file() and not path.is_symlink()) / 2**20


def measure(build, peers, peers_folder, env, pin):
    """All rows of W10. `peers` are the catalog's programs of W10 that are there."""
    bench = build / "bench"
    with tempfile.TemporaryDirectory() as place:
        ours = Path(place) / "w10_first_step"
        yield from compiling("sevenfold", ["g++", "-std=c++20", "-O3", "-march=native", "-DNDEBUG", f"-I{build / 'include'}",
                                           str(ROOT / "bench/w10_first_step.cpp"), "-o", str(ours), f"-L{build}", "-lsevenfold",
                                           f"-Wl,-rpath,{build}"], ours, pin)
        yield from running("sevenfold", [str(ours)], env, pin)
    yield from running("floor", [str(bench / "w10_floor")], env, pin)
    for program in peers:
        if program.source.suffix == ".cpp":
            yield from compiling(program.library, program.compile_command(peers_folder), peers_folder / program.name, pin)
        yield from running(program.library, program.command(peers_folder, None), env, pin)
    yield from installed(build)
