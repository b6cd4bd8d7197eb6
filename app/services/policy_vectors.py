"""The vectors that are kept beside the corpus: whether they fit its texts, and making them anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from app.assistant.knowledge import load_examples
from app.corpus.documents import load_documents
from app.corpus.paths import corpus_root
from app.corpus.topics import load_topics
from app.retrieval.cache import text_digest
from app.retrieval.embedded import EmbeddedE5
from app.retrieval.embedder import Embedder
from app.retrieval.passages import passages_of
from app.retrieval.shipped import QUERY_MARK, ShippedVectors, read_file, write_file

EXAMPLES = "examples"


def vectors_folder(root: Path | None = None) -> Path:
    return (root or corpus_root()) / "vectors"


def with_corpus_vectors(engine: Embedder) -> Embedder:
    """The engine, which now finds the corpus's own texts in the corpus's folder."""
    return ShippedVectors(engine, vectors_folder())


def stale_files(root: Path | None = None) -> list[str]:
    """Names of vector files that are missing, do not hold exactly the texts of today, or belong to nothing any more."""
    folder, wanted = vectors_folder(root), _wanted(root)
    stale = [name for name, texts in wanted.items() if set(read_file(folder / f"{name}.npz", EmbeddedE5.engine_id)) != set(texts)]
    return sorted({*stale, *({p.stem for p in folder.glob("*.npz")} - set(wanted))})


def rebuild_vectors(root: Path | None = None, on_progress: Callable[[int, int], None] | None = None) -> list[str]:
    """Compute the stale files again, remove those of vanished documents; returns the names that changed."""
    folder, wanted = vectors_folder(root), _wanted(root)
    stale = stale_files(root)
    engine = EmbeddedE5()
    for number, name in enumerate(stale, 1):
        path = folder / f"{name}.npz"
        if name not in wanted:
            path.unlink(missing_ok=True)
        else:
            texts = wanted[name]
            encode = engine.encode_queries if name == EXAMPLES else engine.encode_passages
            encodings = dict(zip(texts, encode(list(texts.values())), strict=True))
            if name == EXAMPLES:
                encodings = {key: type(e)(vector=e.vector) for key, e in encodings.items()}
            write_file(path, engine.engine_id, encodings)
        if on_progress is not None:
            on_progress(number, len(stale))
    return stale


def _wanted(root: Path | None) -> dict[str, Mapping[str, str]]:
    """File name -> (key -> text): one file a document, and one for the example questions."""
    files: dict[str, Mapping[str, str]] = {}
    labels = load_topics(root)
    for id, document in load_documents(root).items():
        texts = {text_digest(p.indexed): p.indexed for p in passages_of([document], labels)}
        if texts:
            files[id] = texts
    examples = [text for texts in load_examples().values() for text in texts]
    files[EXAMPLES] = {text_digest(text) + QUERY_MARK: text for text in examples}
    return files
