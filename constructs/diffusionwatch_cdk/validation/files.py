"""Which files are meant by a folder: what is deployed together lies together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from .document import Document, TemplateError

SYNTHESIZED = "*.template.json"
WRITTEN = ("*.template", "*.yaml", "*.yml", "*.json")


def by_folder(given: Iterable[Path]) -> list[list[Document]]:
    """The templates of files and folders, at any depth, those of one folder together. Raises ``TemplateError``.

    A folder that CDK wrote has its templates in ``*.template.json``, those of a stage in a folder of its own; of any
    other folder, every file that is a CloudFormation template.
    """
    found: dict[Path, dict[Path, Document]] = defaultdict(dict)
    for path in given:
        documents = list(_inside(path)) if path.is_dir() else [(path, Document.open(path))]
        if not documents:
            raise TemplateError(f"{path}: no template in it; synthesize first: python app.py -c environment=prod")
        for file, document in documents:
            found[file.parent][file] = document
    return [list(documents.values()) for documents in found.values()]


def _inside(folder: Path) -> Iterator[tuple[Path, Document]]:
    synthesized = [file for file in sorted(folder.rglob(SYNTHESIZED)) if file.is_file()]
    if synthesized:
        yield from ((file, Document.open(file)) for file in synthesized)
        return
    for file in sorted({file for pattern in WRITTEN for file in folder.rglob(pattern) if file.is_file()}):
        text = file.read_text(encoding="utf-8-sig", errors="ignore")
        if "Resources" in text and "AWS::" in text:
            yield file, Document.open(file)
