#!/usr/bin/env python3
"""errors.py: every error that the library throws, from its source.

errors.py                the catalogue, in Markdown: docs/errors.md is made so
errors.py --check FILE   whether FILE is what the source gives
errors.py --seen DIR     which of them were thrown by no test; the tests write what they throw into DIR when
                         SEVENFOLD_ERRORS names it (tests/errors_seen.cpp)

A call of fail<Type>(where, arrived, rule, fix) is one entry. A function that hands its own arguments on to fail, such as
ByteReader::reject, is named in FORWARDERS, and then each call of it is one entry.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = {
    "autograd": "The engine: arrays, ops, the tape",
    "optim": "Update rules and schedules",
    "data": "Reading data",
    "nn": "Layers, and files of weights",
    "train": "Training and checkpoints",
    "distributed": "Training on several machines",
    "ensemble": "Estimators",
    "validation": "Evaluation",
    "viz": "Pages and pictures",
}
# file, function: error type, where, what arrived, rule, fix; {2} is the third argument of the call.
NOT_SAFETENSORS = "The file is damaged, or not in the safetensors format."
NPY = "an NPY header reads {{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }}"
FORWARDERS = {
    ("autograd/ops/einsum.cpp", "refuse"): ("ValueError", "einsum", '"‹equation›"', "{0}", ""),
    ("data/csv.cpp", "reject"): ("FileError", "csv", "‹file›, line ‹line›, {2}", "{3}", "{4}"),
    ("data/csv.cpp", "reject_field"): ("FileError", "csv", '‹file›, line ‹line›, column ‹column› (‹name›), "‹field›"', "{1}", "{2}"),
    ("data/dataset.cpp", "wrong_shape"): ("ShapeError", "dataset", "‹title›: {0}", "{1}", ""),
    ("data/npy.cpp", "reject"): ("FileError", "npy", "‹file›, byte ‹position›: {0}", NPY, "Save the array again with numpy.save."),
    ("nn/safetensors.cpp", "reject"): ("FileError", "safetensors", "‹file›: {1}", "{2}", NOT_SAFETENSORS),
    ("optim/optimizer.cpp", "wrong"): (
        "ValueError", "‹rule›", "a state {0}", "{1}", "Load it into an optimizer made like the one that it was saved from."),
    ("train/history.cpp", "reject"): ("FileError", "history", "‹file›, {0}", "{1}", "Check that this is the file you mean."),
    ("viz/tape_file.cpp", "reject"): ("FileError", "tape", "‹file›", "{1}", "Give a file that --record has written."),
    ("viz/training_run.cpp", "reject"): ("FileError", "run", "‹file›", "{0}", "Give the folder that --out of another run has named."),
}
# Thrown by no test, and why.
UNREACHABLE = {
    "OpenBLAS counts with 32 bits": "takes an array of 2^31 rows",
    "LAPACK counts with 32 bits": "takes an array of 2^31 rows",
    "LAPACK's iteration did not converge": "no matrix is known for which it does not",
    "there are fewer than 2^32": "takes 2^32 rows of data",
    "the shipped data sets are in none of these folders": "takes an installation without its data",
    "each rank has a second thread, which watches the others": "takes another MPI",
    "archives hold less than 4 GiB and 65535 members": "takes 65535 arrays or 4 GiB",
}


def outside_strings(source, at=0):
    """Each place and character from `at` on that is not within a string, and how many brackets are open before it."""
    depth = 0
    while at < len(source):
        c = source[at]
        if c in "\"'":
            end = at + 1
            while source[end] != c:
                end += 2 if source[end] == "\\" else 1
            at = end
        else:
            yield at, c, depth
            depth += (c in "([{") - (c in ")]}")
        at += 1


def arguments(source, at):
    """The arguments of a call whose opening parenthesis ends before `at`, and where the call ends."""
    found, start = [], at
    for at, c, depth in outside_strings(source, at):
        if depth == 0 and c in ",)]}":
            found.append(source[start:at].strip())
            if c != ",":
                return found if found[-1] else found[:-1], at
            start = at + 1
    raise ValueError("a call that does not end")


def unescape(literal):
    return literal.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1", "ignore").decode("utf-8", "replace") \
        if "\\x" in literal else literal.replace('\\"', '"').replace("\\'", "'").replace("\\\\", "\\").replace("\\n", "\n")


def split_top(source, separator):
    """Cuts an expression at an operator outside of brackets and strings."""
    parts, start = [], 0
    for at, _, depth in outside_strings(source):
        if depth == 0 and at >= start and source.startswith(separator, at):
            parts.append(source[start:at])
            start = at + len(separator)
    return parts + [source[start:]]


def words(expression, constants):
    """What an expression prints: literals as they are, anything else as ‹its name›."""
    e = " ".join(expression.split())
    literals = re.fullmatch(r'(?:"(?:[^"\\]|\\.)*"\s*)+', e)
    if literals:
        return "".join(unescape(s) for s in re.findall(r'"((?:[^"\\]|\\.)*)"', e))
    if re.fullmatch(r"'(?:[^'\\]|\\.)'", e):
        return unescape(e[1:-1])
    call = re.fullmatch(r"(?:sevenfold::)?(text|printable|std::string|std::string_view)\((.*)\)", e)
    if call:
        inside, end = arguments(e, e.index("(") + 1)
        if end == len(e) - 1:
            return "".join(words(part, constants) for part in inside)
    question = split_top(e, " ? ")
    if len(question) == 2:
        yes_no = split_top(question[1], " : ")
        if len(yes_no) == 2:
            yes, no = (words(part, constants) for part in yes_no)
            return yes if not no else no if not yes else f"{yes}|{no}"
    if len(question) > 2:
        return words(e[e.index(" ? ") + 3:].rsplit(" : ", 1)[0], constants)
    sum_ = split_top(e, " + ")
    if len(sum_) > 1 and any('"' in part for part in sum_):
        return "".join(words(part, constants) for part in sum_)
    if e in constants:
        return constants[e]
    if e == "{}":
        return ""
    if e.startswith("Shape{") or e == "*this":
        return "‹shape›"
    if re.search(r" [-+/%*] ", e) and "(" not in e.split(" ")[0]:
        return "‹number›"
    name = re.sub(r"\b(std::|static_cast<[^>]*>|options_?[.]|[*&])", "", e).strip("()")
    name = re.sub(r"(->|[.])?(shape|size|value|data|string|str|name)\(\)$", r"\1\2", name).split("(")[0]
    name = re.split(r"->|[.]|::", name.split("[")[0].strip())[-1] or "value"
    name = {"string": "file", "c_str": "file", "what": "reason"}.get(name, name.rstrip("_"))
    return f"‹{name}›"


class Entry:
    def __init__(self, kind, where, arrived, rule, fix, place):
        self.kind, self.where, self.arrived, self.rule, self.fix, self.place = kind, where, arrived, rule, fix, place

    def message(self):
        return f"[{self.where}] {self.arrived}: {self.rule}."

    def pattern(self):
        """A regular expression for the message as it was thrown."""
        def of(part):
            out = ""
            for piece in re.split(r"(‹[^›]*›)", part):
                out += ".*" if piece.startswith("‹") else re.escape(piece)
            return f"(?:{out})"
        options = lambda text: "(?:" + "|".join(of(part) for part in text.split("|")) + "|.*)" if "|" in text else of(text)
        # Texts that have two forms match with either, or with none.
        return re.compile(r"^\[" + (".*" if self.where.startswith("‹") else re.escape(self.where)) + r"\] "
                          + (".*" if "|" in self.arrived else of(self.arrived)) + ": " + options(self.rule), re.S)


def entries_of(path):
    source = path.read_text(encoding="utf-8")
    short = str(path.relative_to(ROOT))
    constants = {name: unescape(text) for name, text in  # but for names that are parameters elsewhere in the file
                 re.findall(r"constexpr (?:std::)?string_view (\w+) =\s*\"((?:[^\"\\]|\\.)*)\"", source)
                 if name not in ("where", "who")}
    found = []
    # fail itself
    for call in re.finditer(r"\bfail<(\w+)>\(", source):
        inside, _ = arguments(source, call.end())
        if call.group(1) == "E" or inside[0].startswith("std::string_view where"):
            continue
        line = source.count("\n", 0, call.start()) + 1
        if inside[2] in ("rule", "printable(rule)"):  # of the calls of this function below
            if short != "data/file.cpp" and not any(file == short for file, _ in FORWARDERS):
                sys.exit(f"{short}:{line}: hands its rule on to fail; name the function in FORWARDERS")
            continue
        texts = [words(argument, constants) for argument in inside] + [""]
        found.append(Entry(call.group(1), texts[0], texts[1], texts[2], texts[3], f"{short}:{line}"))
    # what hands on
    for (file, name), form in FORWARDERS.items():
        if file != short:
            continue
        for call in re.finditer(rf"(?<![\w.:>]){name}\(", source):
            inside, _ = arguments(source, call.end())
            if any(re.match(r"(const )?(std::|fs::|Field)", argument) and " " in argument.split("(")[0] for argument in inside):
                continue  # the function itself
            texts = [words(argument, constants) for argument in inside] + [""] * 5
            line = source.count("\n", 0, call.start()) + 1
            kind, where, *parts = form
            arrived, rule, fix = (part.format(*texts) for part in parts)
            found.append(Entry(kind, where, re.sub(r", $", "", arrived), rule, fix, f"{short}:{line}"))
    for call in re.finditer(r"\b(?:reader_?|ByteReader)[.]reject\(|^\s+reject\((?=text\(what)", source, re.M):
        inside, _ = arguments(source, call.end())
        line = source.count("\n", 0, call.start()) + 1
        texts = [words(argument, constants) for argument in inside] + [""]
        formats = {"data/idx.cpp": "idx", "data/npy.cpp": "npy", "data/zip.cpp": "zip", "nn/safetensors.cpp": "safetensors"}
        found.append(Entry("FileError", formats.get(short, "‹format›"), "‹file›, byte ‹position›: " + texts[0], texts[1],
                           texts[2], f"{short}:{line}"))
    return found


def catalogue():
    out = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            out.setdefault(folder, []).extend(entries_of(path))
    return out


def markdown():
    lines = ["# Every error, and what to do", "",
             "Made from the source by `tools/errors.py`; a test looks that it is current.", "",
             "A message reads `[where] what arrived: the rule. The likely fix.` In this list ‹words› stand for the numbers, shapes",
             "and names of the moment, and a bar for one of two wordings. All types derive from `sevenfold::Error`:", "",
             "| type | thrown for |", "|---|---|"]
    header = (ROOT / "autograd/error.hpp").read_text(encoding="utf-8") + (ROOT / "ensemble/estimator.hpp").read_text(encoding="utf-8")
    for what, kind in re.findall(r"/// ([^\n]*)\nclass (\w+Error) : public", header):
        lines.append(f"| `{kind}` | {what.rstrip('.')[0].lower() + what.rstrip('.')[1:]} |")
    lines += ["", "Where no fix is named, the rule says what to give.", "", "After an error everything is as it was before the call: a tape, a model and an optimizer can be used on, and a",
              "training step that threw can be repeated. A file that could not be written is the old one."]
    cell = lambda text: text.replace("|", "\\|").replace("\n", " ")
    for folder, entries in catalogue().items():
        if not entries:
            continue
        lines += ["", f"## {FOLDERS[folder]} (`{folder}/`)", "", "| message | type | fix |", "|---|---|---|"]
        seen = set()
        for e in sorted(entries, key=lambda e: (e.where.strip("‹›"), e.arrived)):
            row = f"| {cell(e.message())} | {e.kind} | {cell(e.fix)} |"
            if row not in seen:
                lines.append(row)
            seen.add(row)
    return "\n".join(lines) + "\n"


def not_seen(folder):
    thrown = "\0".join(path.read_text(encoding="utf-8", errors="replace") for path in pathlib.Path(folder).glob("*")).split("\0")
    thrown = sorted(set(thrown))
    missing = []
    for entries in catalogue().values():
        for e in entries:
            pattern = e.pattern()
            if not any(pattern.match(message) for message in thrown) and e.rule not in UNREACHABLE:
                missing.append(e)
    return missing, len(thrown)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        if pathlib.Path(sys.argv[2]).read_text(encoding="utf-8") != markdown():
            sys.exit(f"{sys.argv[2]} is not what the source gives. Make it anew: tools/errors.py > docs/errors.md")
    elif sys.argv[1:2] == ["--seen"]:
        missing, thrown = not_seen(sys.argv[2])
        for e in missing:
            print(f"{e.place}: no test throws {e.message()}")
        total = sum(len(entries) for entries in catalogue().values())
        print(f"{total - len(missing)} of {total} errors are thrown by tests or cannot be ({len(UNREACHABLE)}), "
              f"in {thrown} different messages")
        sys.exit(bool(missing))
    else:
        print(markdown(), end="")
